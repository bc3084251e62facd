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
 * Calls `expired` once when it has not been fed for too long. A sensor that stalls gives no
 * callback at all, so nothing else would notice.
 */
class Watchdog {
 public:
  /** How long the first feed may take, or each that follows. */
  using Patience = std::function<std::chrono::nanoseconds(bool first)>;

  /** @param patience asked for again and again on the watchdog's thread: it may change meanwhile */
  Watchdog(Patience patience, std::function<void()> expired);
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

  const Patience patience_;
  const std::function<void()> expired_;
  const Clock::time_point started_ = Clock::now();
  /** 0: never. */
  std::atomic<Clock::rep> fed_{0};
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mio
