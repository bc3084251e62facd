// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "backend/backend.h"

namespace mio {

/** A control's value for JavaScript: boolean, number, string, {x, y, width, height}, or an array of
 * those. */
Napi::Value to_javascript(Napi::Env env, const mio_value &value);

/** A control's description for JavaScript. */
Napi::Object to_javascript(Napi::Env env, const mio_control &control);

/** A value from JavaScript as flat numbers, which TypeScript has checked and flattened. */
struct ControlSetting {
  uint32_t id;
  mio_value_type type;
  bool is_array;
  std::vector<double> numbers;

  explicit ControlSetting(const Napi::Object &setting);
  mio_control_setting view() const {
    return {id, {type, is_array ? 1 : 0, numbers.size(), numbers.data(), nullptr}};
  }
};

}  // namespace mio
