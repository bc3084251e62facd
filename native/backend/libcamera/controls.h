// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/controls.h>

#include <string>
#include <vector>

#include "backend/backend.h"

namespace mio {

/** A libcamera value as the C interface has it, with the memory that it points into. */
class ControlValueView {
 public:
  explicit ControlValueView(const libcamera::ControlValue &value);
  ControlValueView(const ControlValueView &) = delete;
  ControlValueView &operator=(const ControlValueView &) = delete;

  mio_value get() const;

 private:
  mio_value_type type_;
  bool is_array_;
  std::vector<double> numbers_;
  std::string text_;
};

/** The other way. Throws FaultError `ERR_INVALID_OPTION` when the numbers do not make such a value.
 */
libcamera::ControlValue make_control_value(const libcamera::ControlId &id, const mio_value &value);

/** Calls `each` for each control of `controls`, whatever it is called: no control is named here. */
void describe_controls(const libcamera::ControlInfoMap &controls,
                       void (*each)(void *context, const mio_control *control), void *context);

/** The control with this name, or null. */
const libcamera::ControlId *find_control(const libcamera::ControlInfoMap &controls,
                                         const std::string &name);

}  // namespace mio
