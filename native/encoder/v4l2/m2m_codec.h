// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/slot_pool.h"
#include "encoder/encoder.h"
#include "encoder/v4l2/coded_output.h"
#include "encoder/v4l2/quality_control.h"
#include "encoder/v4l2/raw_layout.h"
#include "encoder/v4l2/v4l2_device.h"
#include "encoder/v4l2/v4l2_queue.h"

namespace mio {

/** Why a device cannot encode a camera's pictures, in words. */
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/** It would take them if their buffers had more lines. */
class WantsLines : public Refused {
 public:
  WantsLines(const std::string &why, uint32_t lines) : Refused(why), lines_(lines) {}
  uint32_t lines() const { return lines_; }

 private:
  uint32_t lines_;
};

/** There is no mem2mem device at this path: nothing worth telling. */
class NoMem2Mem : public Refused {
 public:
  using Refused::Refused;
};

/**
 * A stateful mem2mem encoder set up for one camera's pictures, which it reads by itself from the
 * camera's dma-bufs: no pixel is mapped or copied here. For one thread.
 * https://docs.kernel.org/userspace-api/media/v4l/dev-encoder.html
 */
class M2mCodec {
 public:
  /**
   * Opens the device and agrees with it on formats, sizes and colours.
   * @throws Refused, V4l2Error
   */
  M2mCodec(const std::string &path, const EncoderInput &input);
  ~M2mCodec() { stop(); }
  M2mCodec(const M2mCodec &) = delete;
  M2mCodec &operator=(const M2mCodec &) = delete;

  /** "/dev/video31 (bcm2835-codec-encode_image)" */
  const std::string &name() const { return name_; }
  /** The most bytes of a JPEG. */
  uint32_t coded_bytes() const { return coded_bytes_; }
  bool by_quality() const { return quality_->kind() == std::string("quality"); }
  int fd() const { return device_.fd(); }

  /** Makes both queues run. Throws V4l2Error, FaultError `ERR_NO_BUFFERS`. */
  void start(const std::shared_ptr<SlotPool> &slots, OutputMode mode);
  /**
   * Takes all buffers from the device: when it returns, it neither reads nor writes any. A driver
   * whose hardware hangs takes seconds over it (bcm2835-codec two for each queue).
   */
  void stop() noexcept;

  CodedOutput &output() { return *output_; }
  QualityControl &quality() { return *quality_; }

  /**
   * Hands a picture over, to be written into `slot`.
   * @param timestamp microseconds; comes out with the JPEG
   */
  void encode(uint32_t camera_buffer, Slot slot, int64_t timestamp);
  /** The same of another dma-buf of `input_bytes`, laid out as the camera's first. */
  void encode_from(int fd, Slot slot, int64_t timestamp);
  uint32_t input_bytes() const;
  /** A camera buffer that has been read. Empty when there is none. */
  std::optional<uint32_t> next_read();

 private:
  void look_at_capabilities();
  void choose_formats();
  void check_size() const;
  void set_formats();
  bool set_raw_format(uint32_t width, uint32_t height);
  v4l2_format set_coded_format();
  void crop(uint32_t width, uint32_t height);
  void describe_inputs();
  std::string misfit() const;

  const std::string path_;
  const EncoderInput input_;
  const RawLayout layout_;
  V4l2Device device_;
  std::string name_;
  bool multiplanar_ = false;
  uint32_t raw_fourcc_ = 0;
  uint32_t coded_fourcc_ = 0;
  v4l2_format raw_{};
  uint32_t coded_bytes_ = 0;
  /** For each camera buffer, how it is queued. */
  std::vector<std::vector<QueuedPlane>> inputs_;
  std::optional<QualityControl> quality_;
  std::optional<V4l2Queue> raw_queue_;
  std::unique_ptr<CodedOutput> output_;
};

}  // namespace mio
