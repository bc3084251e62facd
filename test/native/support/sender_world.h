// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "core/clock.h"
#include "core/slot_pool.h"
#include "sender/sender.h"
#include "support/connection.h"

namespace mio::test {

inline const std::string kBetween = "\r\n--b\r\n";
inline const std::string kClosing = "\r\n--b--\r\n";

inline SenderOptions sender_options(std::chrono::milliseconds send_timeout) {
  return {{"L:", " T:", " S:", "\r\n\r\n", kBetween, kClosing}, send_timeout, {0.01, 0.1, 1}};
}

/** A sender, a pool, and who has left so far. */
class SenderWorld {
 public:
  explicit SenderWorld(std::chrono::milliseconds send_timeout = std::chrono::seconds(30),
                       size_t slots = 8)
      : pool(SlotPool::create(slots, 1 << 20)), sender(sender_options(send_timeout), [this] {
          const std::lock_guard lock(mutex_);
          woken_ = true;
          changed_.notify_all();
        }) {}

  /** A frame of `length` times `fill`, in a slot. */
  void publish(char fill, size_t length, int64_t exposed = monotonic_ns()) {
    sender.publish(frame(fill, length, exposed));
  }

  Picture frame(char fill, size_t length, int64_t exposed = monotonic_ns()) const {
    Picture picture;
    picture.slot = pool->take();
    if (!picture.slot) {
      const std::string bytes(length, fill);
      picture = copy_of(reinterpret_cast<const uint8_t *>(bytes.data()), length);
    } else {
      std::fill_n(picture.slot.data(), length, static_cast<uint8_t>(fill));
      picture.data = picture.slot.data();
      picture.length = length;
    }
    picture.wall = 1'700'000'000'123'456'000;
    picture.exposed = exposed;
    return picture;
  }

  static Picture placeholder(const std::string &bytes, std::string state) {
    Picture picture = copy_of(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
    picture.wall = 1'700'000'000'000'000'000;
    picture.state = std::move(state);
    return picture;
  }

  /** What such a frame is on the wire. */
  static std::string wire(char fill, size_t length, const std::string &tail = kBetween) {
    return "L:" + std::to_string(length) + " T:1700000000.123456\r\n\r\n" +
           std::string(length, fill) + tail;
  }

  /** Waits until the viewer has left, and tells why. */
  Departure departure(uint32_t id) {
    std::unique_lock lock(mutex_);
    for (;;) {
      for (const Sender::Left &left : sender.take_left()) left_.emplace(left.id, left.why);
      const auto found = left_.find(id);
      if (found != left_.end()) return found->second;
      changed_.wait(lock, [this] { return std::exchange(woken_, false); });
    }
  }

  const ViewerCounters &counters(uint32_t id) {
    for (const auto &report : sender.viewers())
      if (report.id == id) return *(kept_[id] = report.counters);
    return *kept_.at(id);
  }

  std::shared_ptr<SlotPool> pool;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::map<uint32_t, Departure> left_;
  std::map<uint32_t, std::shared_ptr<const ViewerCounters>> kept_;

 public:
  Sender sender;
};

/** Lets the threads run until `condition` holds; the test's time-out is the limit. */
template <typename Condition>
void until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace mio::test
