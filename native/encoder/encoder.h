// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "core/slot_pool.h"

namespace mio {

/** What an encoder is set up for: the camera's pictures and the buffers they come in. */
struct EncoderInput {
  uint32_t width;
  uint32_t height;
  mio_format format;
  double fps; /**< 0: unknown */
  bool
      full_range; /**< luma 0-255; else 16-235, to be expanded because JPEG knows only the former */
  std::vector<mio_buffer> buffers;

  explicit EncoderInput(const mio_configuration &c)
      : width(c.width),
        height(c.height),
        format(c.format),
        fps(c.fps),
        full_range(c.full_range != 0),
        buffers(c.buffers, c.buffers + c.buffer_count) {}
};

/** One JPEG in its slot. */
struct Jpeg {
  Slot slot;
  size_t length;     /**< bytes, those in the head room too */
  uint64_t sequence; /**< the camera's */
  int64_t timestamp; /**< of the exposure, CLOCK_MONOTONIC, nanoseconds */
  size_t head = 0;   /**< bytes that lie in the slot's head room */
  int64_t wall = 0;  /**< of the exposure, nanoseconds since 1970: the same for all who get it */

  uint8_t *data() const { return slot.data() - head; }
};

/** A device that does not encode, and why. */
struct EncoderRefusal {
  std::string device;
  std::string why;
};

/** What encodes now, for people and metrics. */
struct EncoderReport {
  std::string name;   /**< `passthrough`, `v4l2-m2m`, `turbojpeg` */
  std::string reason; /**< why this one; empty: as it was chosen */
  std::string device; /**< a hardware encoder's device */
  std::string output; /**< how its JPEGs get into the slots */
  uint64_t bytes_copied =
      0; /**< bytes of JPEG that the CPU copied between a device's buffers and slots */
  uint64_t fallbacks = 0;               /**< how often the hardware failed while running */
  std::vector<EncoderRefusal> refusals; /**< devices that were looked at and not taken */
};

/** What can become of a picture other than a JPEG. */
enum class EncodeFailure {
  kTruncated, /**< the camera's own JPEG is not whole */
  kEncoder    /**< the encoder failed */
};

/** Who gets what an encoder makes. Called on the encoder's threads or, where it has none, in
 * `submit`; one call at a time. */
class EncoderSink {
 public:
  virtual ~EncoderSink() = default;
  /** The pixels have been read: the camera may have its buffer back. Any thread, any time. */
  virtual void input_done(uint32_t buffer) = 0;
  /** In the order of submission. */
  virtual void encoded(Jpeg jpeg) = 0;
  virtual void failed(EncodeFailure failure, const std::string &why) = 0;
  /** The encoder takes no more pictures and must be replaced. Told after the end of each picture;
   * camera buffers that the hardware still holds come back later. */
  virtual void broken(const std::string & /*why*/) {}
  /** Another encoder works from here on. */
  virtual void changed(const EncoderReport & /*now*/) {}
};

/** Makes JPEGs of a camera's pictures. */
class Encoder {
 public:
  virtual ~Encoder() = default;

  /** `passthrough`, `v4l2-m2m`, `turbojpeg` */
  virtual const char *name() const = 0;

  /** Any thread. */
  virtual EncoderReport report() const {
    EncoderReport report;
    report.name = name();
    return report;
  }

  /** Waits for nobody; a JPEG that is passed through is copied meanwhile. False when busy: then
   * nothing was taken. */
  virtual bool submit(const mio_picture &picture, Slot slot) = 0;

  /** 1-100, from the next picture on. */
  virtual void set_quality(int quality) = 0;

  /** Finishes what was submitted. When it returns, no call to the sink runs and none will. */
  virtual void stop() = 0;
};

}  // namespace mio
