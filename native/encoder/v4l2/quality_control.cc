// SPDX-License-Identifier: MIT
#include "encoder/v4l2/quality_control.h"

#include <algorithm>

namespace mio {

QualityControl::QualityControl(const V4l2Device &device, uint32_t width, uint32_t height,
                               double fps)
    : device_(device),
      quality_(find(V4L2_CID_JPEG_COMPRESSION_QUALITY)),
      bitrate_(quality_ ? std::nullopt : find(V4L2_CID_MPEG_VIDEO_BITRATE)),
      steering_(static_cast<double>(width) * height, fps) {}

const char *QualityControl::kind() const {
  return quality_ ? "quality" : bitrate_ ? "bitrate" : "none";
}

std::optional<QualityControl::Control> QualityControl::find(uint32_t id) const {
  v4l2_queryctrl query{};
  query.id = id;
  if (device_.attempt(VIDIOC_QUERYCTRL, query) != 0 || (query.flags & V4L2_CTRL_FLAG_DISABLED) != 0)
    return std::nullopt;
  return Control{id, query.minimum, query.maximum, std::max(query.step, 1)};
}

void QualityControl::apply(const Control &control, int64_t value) {
  value = std::clamp<int64_t>(value, control.minimum, control.maximum);
  value -= (value - control.minimum) % control.step;
  if (value == applied_) return;
  v4l2_control setting{};
  setting.id = control.id;
  setting.value = static_cast<int32_t>(value);
  device_.call(VIDIOC_S_CTRL, "VIDIOC_S_CTRL", setting);
  applied_ = value;
}

void QualityControl::set(int quality) {
  if (quality == wanted_) return;
  wanted_ = quality;
  if (quality_) apply(*quality_, quality);
  if (bitrate_) apply(*bitrate_, steering_.set_quality(quality));
}

void QualityControl::measured(size_t bytes, int quality) {
  if (bitrate_) apply(*bitrate_, steering_.measured(bytes, quality));
}

}  // namespace mio
