// SPDX-License-Identifier: MIT
#include "addon/log_listener.h"

#include <memory>

#include "addon/wakeup.h"
#include "core/log.h"

namespace mio {

namespace {

/** One for each environment that listens. */
class LogListener {
 public:
  LogListener(Napi::Env env, const Napi::Function &listener)
      : listener_(Napi::Persistent(listener)),
        wakeup_(
            env, "log", [this](Napi::Env e) { deliver(e); },
            [this] { LogSink::instance().on_lines(this, {}); }) {
    wakeup_.keep_alive(false);
    LogSink::instance().on_lines(this, [this] { wakeup_.wake(); });
  }
  ~LogListener() { LogSink::instance().on_lines(this, {}); }
  LogListener(const LogListener &) = delete;
  LogListener &operator=(const LogListener &) = delete;

 private:
  void deliver(Napi::Env env) {
    for (const LogLine &line : LogSink::instance().take()) {
      const Napi::HandleScope scope(env);
      call_javascript(
          env, listener_,
          {Napi::Number::New(env, static_cast<int>(line.level)),
           Napi::String::New(env, line.category), Napi::String::New(env, line.message)});
    }
  }

  Napi::FunctionReference listener_;
  Wakeup wakeup_;
};

}  // namespace

void set_log_listener(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  auto *held = env.GetInstanceData<std::unique_ptr<LogListener>>();
  if (held == nullptr) {
    held =
        std::make_unique<std::unique_ptr<LogListener>>().release();  // freed with the environment
    env.SetInstanceData(held);
  }
  held->reset();
  if (info[0].IsFunction())
    *held = std::make_unique<LogListener>(env, info[0].As<Napi::Function>());
}

}  // namespace mio
