// SPDX-License-Identifier: MIT
#include "addon/addon_data.h"

#include "addon/wakeup.h"

namespace mio {

namespace {

/** A Buffer over a slot and its head room. The pool lives as long as it: no Buffer ever points at
 * freed memory. */
Napi::Value buffer_over(Napi::Env env, const std::shared_ptr<SlotPool> &pool, uint32_t index) {
  using Hint = std::shared_ptr<SlotPool>;
  auto hint = std::make_unique<Hint>(pool);
  const auto buffer = Napi::Buffer<uint8_t>::New(
      env, pool->memory(index), pool->memory_bytes(),
      [](Napi::BasicEnv, uint8_t *, Hint *last) { const std::unique_ptr<Hint> owner(last); },
      hint.get());
  static_cast<void>(hint.release());  // the finalizer has it now
  return buffer;
}

}  // namespace

Napi::Array AddonData::buffers_of(Napi::Env env, const std::shared_ptr<SlotPool> &pool) {
  std::erase_if(buffers_, [](const auto &entry) { return entry.second.Value().IsEmpty(); });
  const auto known = buffers_.find(pool.get());
  if (known != buffers_.end()) return known->second.Value().As<Napi::Array>();
  auto buffers = Napi::Array::New(env, pool->count());
  for (uint32_t i = 0; i < pool->count(); ++i) buffers.Set(i, buffer_over(env, pool, i));
  buffers_[pool.get()] = Napi::Weak(buffers.As<Napi::Object>());
  return buffers;
}

void AddonData::install(Napi::Env env) {
  env.SetInstanceData(std::make_unique<AddonData>().release());  // freed with the environment
  // process.exit() runs no clean-up hooks in the main thread, but it does run C++'s static
  // destructors, those of libcamera among them: its threads must have ended by then.
  const auto process = env.Global().Get("process").As<Napi::Object>();
  process.Get("once").As<Napi::Function>().Call(
      process,
      {Napi::String::New(env, "exit"),
       Napi::Function::New(env, [](const Napi::CallbackInfo &info) { of(info.Env()).end(); })});
}

void AddonData::end() {
  for (Wakeup *wakeup : wakeups_) wakeup->teardown();
  wakeups_.clear();
}

}  // namespace mio
