// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include "addon/wakeup.h"

namespace mio {

/** Hands log lines to one JavaScript function. */
class LogListener {
 public:
  LogListener(Napi::Env env, const Napi::Function &listener);
  ~LogListener();
  LogListener(const LogListener &) = delete;
  LogListener &operator=(const LogListener &) = delete;

 private:
  void deliver(Napi::Env env);

  Napi::FunctionReference listener_;
  Wakeup wakeup_;
};

/**
 * `onLog(listener | undefined)`: `listener(level, category, message)` gets each log line of the
 * native side. One listener a process: the last one that was set.
 */
void set_log_listener(const Napi::CallbackInfo &info);

}  // namespace mio
