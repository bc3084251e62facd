// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <memory>
#include <set>

#include "addon/log_listener.h"

namespace mio {

class Wakeup;

/** All that one environment (the main thread, or a worker) has of this addon. Nothing of it is
 * static. */
class AddonData {
 public:
  /** Makes the environment's data and has `process` say when it exits. */
  static void install(Napi::Env env);
  static AddonData &of(Napi::Env env) { return *env.GetInstanceData<AddonData>(); }

  void add(Wakeup *wakeup) { wakeups_.insert(wakeup); }
  void remove(Wakeup *wakeup) { wakeups_.erase(wakeup); }

  std::unique_ptr<LogListener> log_listener;

 private:
  void end();

  std::set<Wakeup *> wakeups_;
};

}  // namespace mio
