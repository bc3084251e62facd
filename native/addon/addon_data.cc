// SPDX-License-Identifier: MIT
#include "addon/addon_data.h"

#include "addon/wakeup.h"

namespace mio {

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
