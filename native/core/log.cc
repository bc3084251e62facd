// SPDX-License-Identifier: MIT
#include "core/log.h"

namespace mio {

LogSink &LogSink::instance() {
  // Never destroyed: libcamera may log from its own static destructors.
  static auto *const sink = new LogSink;
  return *sink;
}

void LogSink::write(LogLevel level, std::string category, std::string message) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMaxWaiting) {
    ++lost_;
    return;
  }
  waiting_.push_back({level, std::move(category), std::move(message)});
  // Under the lock, so that on_lines({}) returns only when no wake-up is running.
  if (wake_) wake_();
}

void LogSink::on_lines(const void *owner, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (!wake && owner != owner_) return;
  owner_ = owner;
  wake_ = std::move(wake);
  if (wake_ && !waiting_.empty()) wake_();
}

std::vector<LogLine> LogSink::take() {
  const std::lock_guard lock(mutex_);
  if (lost_ > 0) {
    waiting_.push_back({LogLevel::kWarn, "log", std::to_string(lost_) + " log lines were lost"});
    lost_ = 0;
  }
  return std::exchange(waiting_, {});
}

}  // namespace mio
