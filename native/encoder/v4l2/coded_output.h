// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/slot_pool.h"
#include "encoder/v4l2/v4l2_queue.h"

namespace mio {

/** How JPEGs get from a device into slots. */
enum class OutputMode {
  kSlots, /**< the device writes into the slots, which are dma-bufs */
  kCopy /**< the device writes into its own buffers, which are uncached on a Pi: one copy, then many
           can read */
};

/** What the device has put out. */
struct CodedPicture {
  Slot slot;         /**< of the picture, with the JPEG in it */
  size_t length;     /**< bytes */
  bool error;        /**< the device says that it is broken */
  bool last;         /**< the end of a drained queue, no picture */
  int64_t timestamp; /**< microseconds, of the picture that it was made of */
};

/** The device's capture queue, from which the JPEGs come. All calls throw V4l2Error. */
class CodedOutput {
 public:
  static std::unique_ptr<CodedOutput> make(OutputMode mode, const V4l2Device &device, uint32_t type,
                                           const std::shared_ptr<SlotPool> &slots);
  virtual ~CodedOutput() = default;

  /** For people, e.g. "into slots in dma-heap linux,cma". */
  virtual std::string describe() const = 0;
  /** Bytes that the CPU has copied. */
  virtual uint64_t bytes_copied() const = 0;

  virtual void start() = 0;
  /** The device writes no more. False when it is gone, and may write until it is closed. */
  virtual bool stop() noexcept = 0;
  /** Stopped, or closed: slots that it had belong to the CPU again and are given back. */
  virtual void release() noexcept = 0;
  /** A slot for a picture that is about to be queued. In the same order. */
  virtual void offer(Slot slot) = 0;
  /** The next picture that came out, if there is one. Its slot belongs to the CPU. */
  virtual std::optional<CodedPicture> take() = 0;
  /** It was no picture: the device may write into its slot once more. */
  virtual void put_back(CodedPicture nothing) = 0;
};

}  // namespace mio
