// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <memory>

#include "addon/wakeup.h"
#include "backend/registry.h"

namespace mio {

/** `new CameraWatch(onChange)`: says when libcamera's cameras come and go, between `start()` and
 * `stop()`. */
class CameraWatch : public Napi::ObjectWrap<CameraWatch> {
 public:
  static Napi::Function define(Napi::Env env);

  explicit CameraWatch(const Napi::CallbackInfo &info);
  ~CameraWatch() override;

 private:
  /** Shared with the libuv thread that starts the backend. */
  struct Subscription {
    std::mutex mutex;
    bool ended = false;
    std::shared_ptr<Backend> backend;
    void end();
  };

  Napi::Value start(const Napi::CallbackInfo &info);
  Napi::Value stop(const Napi::CallbackInfo &info);

  Napi::FunctionReference on_change_;
  std::shared_ptr<Subscription> subscription_ = std::make_shared<Subscription>();
  std::unique_ptr<Wakeup> wakeup_;
};

}  // namespace mio
