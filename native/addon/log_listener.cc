// SPDX-License-Identifier: MIT
#include "addon/log_listener.h"

#include <memory>

#include "addon/addon_data.h"
#include "core/log.h"

namespace mio {

LogListener::LogListener(Napi::Env env, const Napi::Function &listener)
    : listener_(Napi::Persistent(listener)),
      wakeup_(
          env, "log", [this](Napi::Env e) { deliver(e); },
          [this] { LogSink::instance().on_lines(this, {}); }) {
  wakeup_.keep_alive(false);
  LogSink::instance().on_lines(this, [this] { wakeup_.wake(); });
}

LogListener::~LogListener() { LogSink::instance().on_lines(this, {}); }

void LogListener::deliver(Napi::Env env) {
  for (const LogLine &line : LogSink::instance().take()) {
    const Napi::HandleScope scope(env);
    call_javascript(env, listener_,
                    {Napi::Number::New(env, static_cast<int>(line.level)),
                     Napi::String::New(env, line.category), Napi::String::New(env, line.message)});
  }
}

void set_log_listener(const Napi::CallbackInfo &info) {
  auto &listener = AddonData::of(info.Env()).log_listener;
  listener.reset();
  if (info[0].IsFunction())
    listener = std::make_unique<LogListener>(info.Env(), info[0].As<Napi::Function>());
}

}  // namespace mio
