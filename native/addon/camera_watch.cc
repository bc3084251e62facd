// SPDX-License-Identifier: MIT
#include "addon/camera_watch.h"

#include <utility>

#include "addon/promise_task.h"

namespace mio {

Napi::Function CameraWatch::define(Napi::Env env) {
  return DefineClass(
      env, "CameraWatch",
      {InstanceMethod<&CameraWatch::start>("start"), InstanceMethod<&CameraWatch::stop>("stop")});
}

CameraWatch::CameraWatch(const Napi::CallbackInfo &info)
    : ObjectWrap(info), on_change_(Napi::Persistent(info[0].As<Napi::Function>())) {}

CameraWatch::~CameraWatch() { subscription_->end(); }

void CameraWatch::Subscription::end() {
  std::shared_ptr<Backend> last;
  {
    const std::lock_guard lock(mutex);
    ended = true;
    last = std::move(backend);
  }
  if (last) last->unwatch(this);
}

// start(): Promise<void>. Once for each object.
Napi::Value CameraWatch::start(const Napi::CallbackInfo &info) {
  wakeup_ = std::make_unique<Wakeup>(
      info.Env(), "cameraWatch",
      [this](Napi::Env env) {
        const Napi::HandleScope scope(env);
        call_javascript(env, on_change_, {});
      },
      [subscription = subscription_] { subscription->end(); });
  wakeup_->keep_alive(false);
  Ref();
  return PromiseTask::run(
      info.Env(), "watchCameras",
      [subscription = subscription_, wakeup = wakeup_.get()] {
        auto backend = Backend::acquire("libcamera");
        const std::lock_guard lock(subscription->mutex);
        if (subscription->ended) return;
        backend->watch(subscription.get(), [wakeup] { wakeup->wake(); });
        subscription->backend = std::move(backend);
      },
      [](Napi::Env env) { return env.Undefined(); });
}

// stop(): Promise<void>; stopping libcamera's thread takes a moment.
Napi::Value CameraWatch::stop(const Napi::CallbackInfo &info) {
  return PromiseTask::run(
      info.Env(), "unwatchCameras", [subscription = subscription_] { subscription->end(); },
      [this](Napi::Env env) {
        if (wakeup_) {
          wakeup_->close();
          wakeup_.reset();
          on_change_.Reset();  // it may refer to this
          Unref();
        }
        return env.Undefined();
      });
}

}  // namespace mio
