// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <map>
#include <memory>
#include <set>

#include "addon/log_listener.h"
#include "core/slot_pool.h"

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

  /** The Buffers over a pool's slots, with their head room: made once, for all cameras of this
   * environment that share the pool. */
  Napi::Array buffers_of(Napi::Env env, const std::shared_ptr<SlotPool> &pool);

  std::unique_ptr<LogListener> log_listener;

 private:
  void end();

  std::set<Wakeup *> wakeups_;
  /** Weak: as long as JavaScript has the Buffers, they keep their pool. */
  std::map<const SlotPool *, Napi::ObjectReference> buffers_;
};

}  // namespace mio
