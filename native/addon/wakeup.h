// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <functional>

namespace mio {

/**
 * Wakes the event loop from any thread. A thread-safe function with queue length 1 that carries
 * nothing: what there is to do waits elsewhere, and a full queue means that a wake-up is on its way
 * already.
 */
class Wakeup {
 public:
  /**
   * @param on_wake runs on the event loop after each wake
   * @param on_teardown runs when the process or the environment ends (exit, worker terminated)
   * before `close`: stop all threads that wake
   */
  Wakeup(Napi::Env env, const char *name, std::function<void(Napi::Env)> on_wake,
         std::function<void()> on_teardown);
  Wakeup(const Wakeup &) = delete;
  Wakeup &operator=(const Wakeup &) = delete;
  ~Wakeup();

  /** Any thread, until `close` or the end of `on_teardown`. */
  void wake();

  /** Whether an open wake-up keeps the process alive. */
  void keep_alive(bool keep);

  /** On the event loop. Nothing wakes or runs afterwards. */
  void close();

 private:
  struct State {
    std::function<void(Napi::Env)> on_wake;
  };
  static void run(Napi::Env env, Napi::Function callback, State *state, void *data);
  using Function = Napi::TypedThreadSafeFunction<State, void, run>;

  friend class AddonData;
  void teardown();
  static void on_environment_end(void *self);

  const Napi::Env env_;
  std::function<void()> on_teardown_;
  State *state_; /**< owned by the thread-safe function's finalizer */
  Function function_;
  bool open_ = true;
  /** The environment tells when it ends. */
  bool hooked_ = true;
};

/**
 * Calls a JavaScript function from the event loop. What it throws reaches 'uncaughtException': Node
 * only warns (DEP0168) about an error that leaves a thread-safe function.
 * @returns false when the environment cannot run JavaScript any more
 */
bool call_javascript(Napi::Env env, const Napi::FunctionReference &function,
                     std::initializer_list<napi_value> arguments);

}  // namespace mio
