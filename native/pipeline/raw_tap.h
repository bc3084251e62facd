// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "core/slot_pool.h"
#include "encoder/encoder.h"
#include "pipeline/raw_copier.h"
#include "pipeline/shared_buffers.h"

namespace mio {

/**
 * Makes raw frames of a stream's pictures, in each format that somebody wants. While nobody does,
 * there are no threads, no slots and no copies.
 */
class RawTap {
 public:
  /** Slots of a format: one that is copied into, one that waits in a mailbox, and those on loan. */
  static constexpr size_t kSlots = 8;

  /** @param made called from threads of the tap */
  explicit RawTap(RawCopier::Made made) : made_(std::move(made)) {}
  /** The slots' memory is given back, as `SlotPool::retire` does it. */
  ~RawTap();
  RawTap(const RawTap &) = delete;
  RawTap &operator=(const RawTap &) = delete;

  /**
   * The pictures that come from now on. Nothing is offered meanwhile.
   * @param buffers of the camera; outlives the tap
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  void connect(const EncoderInput &input, SharedBuffers &buffers);

  /** When it returns, nothing reads the pictures' buffers any more. */
  void disconnect();

  /**
   * Somebody wants frames in this format, or nobody does any more. Any thread, at any time.
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  void watch(RawFormat format, bool wanted);
  bool watched() const { return watched_; }

  /** A picture that the caller holds. It is copied unless the last one still is. Never waits. */
  void offer(const mio_picture &picture);

  /** Slots of the frames in this format that come now; null while nobody has wanted any. */
  std::shared_ptr<SlotPool> pool(RawFormat format) const;

  /** Pictures that were passed over because the last one was still copied, or no slot was free. */
  uint64_t missed() const { return missed_; }

 private:
  struct Outlet {
    bool wanted = false;
    std::shared_ptr<SlotPool> pool;
    std::unique_ptr<RawCopier> copier;
    void retire();
  };
  void open(RawFormat format);

  const RawCopier::Made made_;
  mutable std::mutex mutex_;
  /** Empty while nothing is connected. */
  std::optional<EncoderInput> input_;
  SharedBuffers *buffers_ = nullptr;
  std::array<Outlet, kRawFormats> outlets_;
  std::atomic<bool> watched_{false};
  std::atomic<uint64_t> missed_{0};
};

}  // namespace mio
