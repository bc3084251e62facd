// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <exception>

#include "backend/backend.h"
#include "core/fault.h"

namespace mio {

/** Runs `work` at a backend's C border: what it throws ends here and becomes `error` and -1. */
template <typename Work>
int guarded(mio_error *error, Work work) {
  const auto say = [error](const char *code, const char *message) {
    std::snprintf(error->code, sizeof error->code, "%s", code);
    std::snprintf(error->message, sizeof error->message, "%s", message);
    return -1;
  };
  try {
    work();
    return 0;
  } catch (const FaultError &e) {
    return say(e.fault().code.c_str(), e.what());
  } catch (const std::exception &e) {
    return say("ERR_CAMERA", e.what());
  }
}

}  // namespace mio
