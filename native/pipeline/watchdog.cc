// SPDX-License-Identifier: MIT
#include "pipeline/watchdog.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace mio {

Watchdog::Watchdog(Patience patience, std::function<void()> expired)
    : patience_(std::move(patience)), expired_(std::move(expired)), thread_([this] { watch(); }) {
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
    const Clock::time_point fed(Clock::duration(fed_.load(std::memory_order_relaxed)));
    const bool first = fed == Clock::time_point();
    const Clock::time_point due = (first ? started_ : fed) + patience_(first);
    const Clock::time_point now = Clock::now();
    if (now >= due) break;
    // A first feed that comes early counts from when it came.
    const Clock::time_point next = first ? std::min(due, now + patience_(false)) : due;
    if (stopped_.wait_until(lock, next, [this] { return stopping_; })) return;
  }
  lock.unlock();
  expired_();
}

}  // namespace mio
