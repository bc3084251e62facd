// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

namespace mio {

/**
 * `findEncoders(width, height)`: `Promise<{ candidates: string[], refusals: { device, why }[] }>`,
 * the hardware encoders for pictures of that size, best first, and why others do not do.
 */
Napi::Value find_encoders(const Napi::CallbackInfo &info);

}  // namespace mio
