// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mio {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kFatal };

struct LogLine {
  LogLevel level;
  std::string category;
  std::string message;
};

/**
 * Where log lines of all threads go: a bounded queue and a wake-up. One per process, because
 * libcamera has one log for the process.
 */
class LogSink {
 public:
  static LogSink &instance();

  void write(LogLevel level, std::string category, std::string message);

  /**
   * `wake` is called from any thread when lines wait. An empty function ends what the same `owner`
   * set; lines then wait for the next one.
   */
  void on_lines(const void *owner, std::function<void()> wake);

  std::vector<LogLine> take();

 private:
  static constexpr size_t kMaxWaiting = 500;

  std::mutex mutex_;
  std::vector<LogLine> waiting_;
  size_t lost_ = 0;
  const void *owner_ = nullptr;
  std::function<void()> wake_;
};

}  // namespace mio
