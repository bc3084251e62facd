// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

namespace mio {

/**
 * `onLog(listener | undefined)`: `listener(level, category, message)` gets each log line of the
 * native side. One listener a process: the last one that was set.
 */
void set_log_listener(const Napi::CallbackInfo &info);

}  // namespace mio
