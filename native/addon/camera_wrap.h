// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <array>
#include <functional>
#include <memory>

#include "addon/lent_slots.h"
#include "addon/session.h"
#include "addon/wakeup.h"

namespace mio {

/**
 * The native half of `Camera` in lib/camera/camera.ts, which checks all arguments. JavaScript gets
 * one long-lived Buffer for each slot, made once, and for each frame only the slot's number and its
 * length.
 */
class CameraWrap : public Napi::ObjectWrap<CameraWrap> {
 public:
  static Napi::Function define(Napi::Env env);

  /** `new Camera(onFrame, onFault, onEncoder, onRaw, onChanged)` */
  explicit CameraWrap(const Napi::CallbackInfo &info);
  ~CameraWrap() override;

 private:
  Napi::Value open(const Napi::CallbackInfo &info);
  Napi::Value opened(const Napi::CallbackInfo &info);
  Napi::Value start(const Napi::CallbackInfo &info);
  Napi::Value reconfigure(const Napi::CallbackInfo &info);
  Napi::Value still(const Napi::CallbackInfo &info);
  Napi::Value close(const Napi::CallbackInfo &info);
  void watch(const Napi::CallbackInfo &info);
  void watch_raw(const Napi::CallbackInfo &info);
  Napi::Value raw_slots(const Napi::CallbackInfo &info);
  void release_raw(const Napi::CallbackInfo &info);
  void feed(const Napi::CallbackInfo &info);
  void unfeed(const Napi::CallbackInfo &info);
  void poll(const Napi::CallbackInfo &info);
  void release(const Napi::CallbackInfo &info);
  Napi::Value adjust(const Napi::CallbackInfo &info);
  Napi::Value settings(const Napi::CallbackInfo &info);
  Napi::Value settle(const Napi::CallbackInfo &info);
  Napi::Value metadata(const Napi::CallbackInfo &info);
  Napi::Value controls(const Napi::CallbackInfo &info);
  Napi::Value set_controls(const Napi::CallbackInfo &info);
  Napi::Value statistics(const Napi::CallbackInfo &info);
  Napi::Value encoder(const Napi::CallbackInfo &info);
  void keep_alive(const Napi::CallbackInfo &info);

  /** Runs `work` with what is opened, on a thread of libuv. */
  Napi::Value run(Napi::Env env, const char *name, std::function<void(Capture &)> work);
  void end();
  void on_wake(Napi::Env env);
  void deliver_waiting(Napi::Env env);
  bool deliver(Napi::Env env, Jpeg jpeg);
  bool deliver(Napi::Env env, RawFrame frame);

  Napi::FunctionReference on_frame_;
  Napi::FunctionReference on_fault_;
  Napi::FunctionReference on_encoder_;
  Napi::FunctionReference on_raw_;
  Napi::FunctionReference on_changed_;
  std::shared_ptr<Session> session_;
  std::unique_ptr<Wakeup> wakeup_;
  LentSlots slots_;
  std::array<LentSlots, kRawFormats> raw_slots_;
};

}  // namespace mio
