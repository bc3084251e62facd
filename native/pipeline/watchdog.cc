// SPDX-License-Identifier: MIT
#include "pipeline/watchdog.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace mio {

Watchdog::Watchdog(std::chrono::nanoseconds timeout, std::chrono::nanoseconds first,
                   std::function<void()> expired)
    : timeout_(timeout),
      expired_(std::move(expired)),
      fed_((Clock::now() + first - timeout).time_since_epoch().count()),
      thread_([this] { watch(); }) {
  pthread_setname_np(thread_.native_handle(), "mio-watchdog");
}

void Watchdog::feed() {
  fed_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
}

void Watchdog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const Clock::time_point due =
        Clock::time_point(Clock::duration(fed_.load(std::memory_order_relaxed))) + timeout_;
    const Clock::time_point now = Clock::now();
    if (now >= due) break;
    // Never longer than the timeout: a first feed that came early counts from when it came.
    if (stopped_.wait_until(lock, std::min(due, now + timeout_), [this] { return stopping_; }))
      return;
  }
  lock.unlock();
  expired_();
}

}  // namespace mio
