// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace mio {

/**
 * Calls `expired` once when it has not been fed for `timeout`. A sensor that stalls gives no
 * callback at all, so nothing else would notice.
 */
class Watchdog {
 public:
  /** @param first how long the first feed may take */
  Watchdog(std::chrono::nanoseconds timeout, std::chrono::nanoseconds first,
           std::function<void()> expired);
  ~Watchdog() { stop(); }
  Watchdog(const Watchdog &) = delete;
  Watchdog &operator=(const Watchdog &) = delete;

  /** Cheap: called for each frame. It wakes nobody. */
  void feed();

  /** When it returns, `expired` does not run and will not. Not from within `expired`. */
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  void watch();

  const std::chrono::nanoseconds timeout_;
  const std::function<void()> expired_;
  std::atomic<Clock::rep> fed_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mio
