// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "encoder/encoder.h"
#include "sender/sender.h"

namespace mio {

/** The way of a frame to the viewers' sockets that does not lead through JavaScript. */
class FrameFeed {
 public:
  /** @param reserved with fewer free slots than this, frames are copied out of the pool */
  void attach(std::shared_ptr<Sender> sender, size_t reserved);
  void detach(const std::shared_ptr<Sender> &sender);
  bool empty() const;

  /** On the encoder's thread: lends the slot or, when slots run low, copies it once for all. */
  void offer(const Jpeg &jpeg);

  /** Frames that were given to any sender. */
  uint64_t fed() const { return fed_; }
  /** Frames that a newer one replaced before a sender had looked at them. */
  uint64_t superseded() const { return superseded_; }
  uint64_t copied_frames() const { return copied_frames_; }
  uint64_t copied_bytes() const { return copied_bytes_; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Sender>> senders_;
  size_t reserved_ = 0;
  std::atomic<uint64_t> fed_{0}, superseded_{0}, copied_frames_{0}, copied_bytes_{0};
};

}  // namespace mio
