// SPDX-License-Identifier: MIT
#include "encoder/v4l2/v4l2_device.h"

#include <fcntl.h>

namespace mio {

V4l2Device::V4l2Device(const std::string &path)
    : fd_(open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
  if (!fd_.valid()) throw V4l2Error("it could not be opened", errno);
}

std::vector<uint32_t> V4l2Device::formats(uint32_t type) const {
  std::vector<uint32_t> found;
  v4l2_fmtdesc description{};
  description.type = type;
  for (; attempt(VIDIOC_ENUM_FMT, description) == 0; ++description.index)
    found.push_back(description.pixelformat);
  return found;
}

std::string fourcc_text(uint32_t fourcc) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>(fourcc >> (8 * i) & 0x7f);
  return text;
}

}  // namespace mio
