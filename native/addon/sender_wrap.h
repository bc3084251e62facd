// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "addon/wakeup.h"
#include "core/unique_fd.h"
#include "sender/sender.h"

namespace mio {

/** `NativeSender` of lib/camera/binding.ts: JavaScript hears only of who has left. */
class SenderWrap : public Napi::ObjectWrap<SenderWrap> {
 public:
  static Napi::Function define(Napi::Env env);
  /** The sender of a JavaScript object. */
  static const std::shared_ptr<Sender> &of(const Napi::Value &object) {
    return Unwrap(object.As<Napi::Object>())->sender_;
  }

  /** `new Sender(options, onLeft)` */
  explicit SenderWrap(const Napi::CallbackInfo &info);
  ~SenderWrap() override;

 private:
  Napi::Value add(const Napi::CallbackInfo &info);
  void begin(const Napi::CallbackInfo &info);
  void remove(const Napi::CallbackInfo &info);
  void publish(const Napi::CallbackInfo &info);
  void end(const Napi::CallbackInfo &info);
  void stop(const Napi::CallbackInfo &info);
  Napi::Value viewers(const Napi::CallbackInfo &info);
  Napi::Value frames(const Napi::CallbackInfo &info);
  Napi::Value sums(const Napi::CallbackInfo &info);

  void on_wake(Napi::Env env);

  Napi::FunctionReference on_left_;
  std::unique_ptr<Wakeup> wakeup_;
  std::shared_ptr<Sender> sender_;
  /** Descriptors of viewers that are still Node's to write to. */
  std::map<uint32_t, UniqueFd> waiting_;
};

}  // namespace mio
