// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <optional>
#include <utility>

namespace mio {

/**
 * A place for one thing between two threads; the newest wins. Depth 1 on purpose: with the event
 * loop blocked for 300 ms, a queue hands out pictures 300 ms old, this one never older than a
 * frame.
 */
template <typename T>
class Mailbox {
 public:
  /** Puts `item` in. Gives back what it displaced, so that the caller can count it. */
  std::optional<T> put(T item) {
    std::optional<T> displaced(std::move(item));
    const std::lock_guard lock(mutex_);
    std::swap(displaced, item_);
    return displaced;
  }

  std::optional<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(item_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::optional<T> item_;
};

}  // namespace mio
