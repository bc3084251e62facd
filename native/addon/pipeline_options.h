// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include "pipeline/pipeline.h"

namespace mio {

/** `NativeOptions` of lib/camera/binding.ts. TypeScript has checked them. */
PipelineOptions options_from(const Napi::Object &from);

}  // namespace mio
