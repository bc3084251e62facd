// SPDX-License-Identifier: MIT
#include "backend/libcamera/exposure.h"

#include <libcamera/control_ids.h>

#include <string>
#include <vector>

namespace mio {

namespace {

/** The numbers that this libcamera gives to what is looked for by name; found once. */
struct Ids {
  std::vector<unsigned int> states; /**< the draft and the real one may both be known */
  std::vector<unsigned int> locks;
};

const Ids &ids() {
  static const Ids kIds = [] {
    Ids found;
    for (const auto &[id, control] : libcamera::controls::controls) {
      if (control->name() == "AeState") found.states.push_back(id);
      if (control->name() == "AeLocked") found.locks.push_back(id);
    }
    return found;
  }();
  return kIds;
}

/** By the enumerator's name: the numbers are not the same in the draft. */
bool is_searching(unsigned int id, int32_t value) {
  const auto known = libcamera::controls::controls.find(id);
  if (known == libcamera::controls::controls.end()) return false;
  const auto name = known->second->enumerators().find(value);
  if (name == known->second->enumerators().end()) return false;
  return name->second.find("Searching") != std::string::npos ||
         name->second.find("Precapture") != std::string::npos;
}

}  // namespace

mio_exposure exposure_of(const libcamera::ControlList &metadata) {
  for (const unsigned int id : ids().states) {
    if (!metadata.contains(id)) continue;
    const libcamera::ControlValue &value = metadata.get(id);
    if (value.type() != libcamera::ControlTypeInteger32 || value.isArray()) continue;
    return is_searching(id, value.get<int32_t>()) ? MIO_EXPOSURE_SEARCHING : MIO_EXPOSURE_SETTLED;
  }
  for (const unsigned int id : ids().locks) {
    if (!metadata.contains(id)) continue;
    const libcamera::ControlValue &value = metadata.get(id);
    if (value.type() != libcamera::ControlTypeBool || value.isArray()) continue;
    return value.get<bool>() ? MIO_EXPOSURE_SETTLED : MIO_EXPOSURE_SEARCHING;
  }
  return MIO_EXPOSURE_UNKNOWN;
}

}  // namespace mio
