// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include "pipeline/pipeline.h"

namespace mio {

/** What a camera tells of itself, for JavaScript: the interfaces of lib/camera/binding.ts. */

/** `NativeEncoder` */
Napi::Object describe(Napi::Env env, const EncoderReport &report);

/** `NativeMode` */
Napi::Object describe(Napi::Env env, const PipelineMode &mode);

/** `NativeStill`; the JPEG is copied. */
Napi::Object describe(Napi::Env env, const Still &still);

}  // namespace mio
