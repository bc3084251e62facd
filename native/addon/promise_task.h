// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/fault.h"

namespace mio {

/** A JavaScript error with `code`; TypeScript makes its own class of it. */
inline napi_value make_error(napi_env env, const Fault &fault) {
  napi_value code = nullptr;
  napi_value message = nullptr;
  napi_value error = nullptr;
  napi_create_string_utf8(env, fault.code.c_str(), fault.code.size(), &code);
  napi_create_string_utf8(env, fault.found.c_str(), fault.found.size(), &message);
  napi_create_error(env, code, message, &error);
  return error;
}

inline Fault fault_of(const std::exception &e) {
  const auto *known = dynamic_cast<const FaultError *>(&e);
  return known != nullptr ? known->fault() : Fault{"ERR_CAMERA", e.what()};
}

/**
 * Runs `work` on one of libuv's threads and settles a promise with its end. The C calls, with their
 * results looked at: a worker that is being terminated cannot run JavaScript, and that is no error.
 */
class PromiseTask {
 public:
  using Work = std::function<void()>;
  using Convert = std::function<Napi::Value(Napi::Env)>;

  /**
   * @param work must not touch JavaScript; what it throws rejects the promise
   * @param finish makes the promise's value on the event loop
   */
  static Napi::Value run(Napi::Env env, const char *name, Work work, Convert finish) {
    auto task = std::make_unique<PromiseTask>(std::move(work), std::move(finish));
    napi_value promise = nullptr;
    napi_value resource = nullptr;
    check(env, napi_create_promise(env, &task->deferred_, &promise));
    check(env, napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &resource));
    check(env, napi_create_async_work(env, nullptr, resource, execute, complete, task.get(),
                                      &task->work_handle_));
    check(env, napi_queue_async_work(env, task->work_handle_));
    static_cast<void>(task.release());  // `complete` takes it back
    return {env, promise};
  }

  PromiseTask(Work work, Convert finish) : work_(std::move(work)), finish_(std::move(finish)) {}

 private:
  static void check(Napi::Env env, napi_status status) {
    if (status != napi_ok) throw Napi::Error::New(env);
  }

  static void execute(napi_env /*env*/, void *data) {
    auto *task = static_cast<PromiseTask *>(data);
    try {
      task->work_();
    } catch (const std::exception &e) {
      task->fault_ = fault_of(e);
    }
  }

  static void complete(napi_env env, napi_status /*status*/, void *data) {
    const std::unique_ptr<PromiseTask> task(static_cast<PromiseTask *>(data));
    napi_delete_async_work(env, task->work_handle_);
    napi_handle_scope scope = nullptr;
    if (napi_open_handle_scope(env, &scope) != napi_ok) return;
    try {
      if (task->fault_) {
        napi_reject_deferred(env, task->deferred_, make_error(env, *task->fault_));
      } else {
        const Napi::Value value = task->finish_(env);
        napi_resolve_deferred(env, task->deferred_, value);
      }
    } catch (const std::exception &) {
      // No value could be made: the environment is going away, and nobody waits for the promise.
    }
    napi_close_handle_scope(env, scope);
  }

  Work work_;
  Convert finish_;
  napi_deferred deferred_ = nullptr;
  napi_async_work work_handle_ = nullptr;
  std::optional<Fault> fault_;
};

}  // namespace mio
