// SPDX-License-Identifier: MIT
#include "addon/wakeup.h"

#include "addon/addon_data.h"

#include <exception>
#include <memory>
#include <utility>

namespace mio {

Wakeup::Wakeup(Napi::Env env, const char *name, std::function<void(Napi::Env)> on_wake,
               std::function<void()> on_teardown)
    : env_(env),
      on_teardown_(std::move(on_teardown)),
      state_(std::make_unique<State>(State{std::move(on_wake)}).release()),
      function_(Function::New(env, name, 1, 1, state_, [](Napi::Env, void *, State *state) {
        const std::unique_ptr<State> owner(state);
      })) {
  // After the thread-safe function's own hook, so that this one runs before it.
  napi_add_env_cleanup_hook(env_, on_environment_end, this);
  AddonData::of(env_).add(this);
}

Wakeup::~Wakeup() { close(); }

void Wakeup::wake() { function_.NonBlockingCall(); }

void Wakeup::keep_alive(bool keep) {
  if (!open_) return;
  if (keep) {
    function_.Ref(env_);
  } else {
    function_.Unref(env_);
  }
}

void Wakeup::close() {
  // Also after 'exit', whose listeners may close what was torn down: the environment's end comes
  // later.
  if (std::exchange(hooked_, false)) {
    napi_remove_env_cleanup_hook(env_, on_environment_end, this);
    AddonData::of(env_).remove(this);
    state_->on_wake = nullptr;
  }
  if (std::exchange(open_, false)) function_.Release();
}

void Wakeup::on_environment_end(void *self) {
  auto *const wakeup = static_cast<Wakeup *>(self);
  wakeup->hooked_ = false;
  wakeup->teardown();
}

void Wakeup::teardown() {
  // Node frees the thread-safe function itself.
  if (std::exchange(open_, false)) on_teardown_();
}

void Wakeup::run(Napi::Env env, Napi::Function /*callback*/, State *state, void * /*data*/) {
  if (env == nullptr || !state->on_wake) return;
  try {
    const auto on_wake = state->on_wake;  // which may close this wake-up
    on_wake(env);
  } catch (const std::exception &) {
    // A value could not be made: the environment is going away.
  }
}

bool call_javascript(Napi::Env env, const Napi::FunctionReference &function,
                     std::initializer_list<napi_value> arguments) {
  const napi_status status = napi_call_function(env, env.Undefined(), function.Value(),
                                                arguments.size(), arguments.begin(), nullptr);
  if (status == napi_pending_exception) {
    napi_value error = nullptr;
    if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
    return true;
  }
  return status == napi_ok;
}

}  // namespace mio
