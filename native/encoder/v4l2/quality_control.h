// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "encoder/v4l2/bitrate_steering.h"
#include "encoder/v4l2/v4l2_device.h"

namespace mio {

/**
 * A quality of 1-100 on a device of any kind: by its quality control where it has one, else by its
 * bitrate, which is steered until the pictures have the quality.
 */
class QualityControl {
 public:
  /** Looks for the device's controls; without any, its quality is its own. */
  QualityControl(const V4l2Device &device, uint32_t width, uint32_t height, double fps);

  /** `quality`, `bitrate` or `none`: what the device is controlled by. */
  const char *kind() const;

  /** Whether it depends on what `measured` is told. */
  bool is_steered() const { return bitrate_.has_value(); }

  /** From the next picture on. Throws V4l2Error. */
  void set(int quality);
  /** A picture came out: its bytes and the quality it has, 0 when that is unknown. Throws
   * V4l2Error. */
  void measured(size_t bytes, int quality);

 private:
  struct Control {
    uint32_t id;
    int32_t minimum, maximum, step;
  };
  std::optional<Control> find(uint32_t id) const;
  void apply(const Control &control, int64_t value);

  const V4l2Device &device_;
  std::optional<Control> quality_;
  std::optional<Control> bitrate_;
  BitrateSteering steering_;
  int wanted_ = 0;
  int64_t applied_ = -1;
};

}  // namespace mio
