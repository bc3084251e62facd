// SPDX-License-Identifier: MIT
#pragma once

#include <linux/videodev2.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/fault.h"
#include "core/unique_fd.h"

namespace mio {

/** A V4L2 call that failed: "VIDIOC_QBUF: Invalid argument (22)". */
class V4l2Error : public std::runtime_error {
 public:
  V4l2Error(const std::string &what, int error)
      : std::runtime_error(what + ": " + errno_text(error)), error_(error) {}
  int error() const { return error_; }

 private:
  int error_;
};

/**
 * An opened V4L2 device, non-blocking. No result of a call goes unlooked at: what may fail is asked
 * with `attempt`, all else with `call`. https://docs.kernel.org/userspace-api/media/v4l/v4l2.html
 */
class V4l2Device {
 public:
  /** Throws V4l2Error. */
  explicit V4l2Device(const std::string &path);

  int fd() const { return fd_.get(); }
  /** Waits until the device has done with all buffers of this file. Each call fails from then on.
   */
  void close() { fd_ = {}; }

  /** 0, or the errno value. */
  template <typename Argument>
  int attempt(unsigned long request, Argument &argument) const {
    int result = 0;
    do {
      result = ioctl(fd_.get(), request, &argument);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? errno : 0;
  }

  /** Throws V4l2Error. `name` is the request's, for people. */
  template <typename Argument>
  void call(unsigned long request, const char *name, Argument &argument) const {
    if (const int error = attempt(request, argument); error != 0) throw V4l2Error(name, error);
  }

  /** What VIDIOC_ENUM_FMT lists for a buffer type. */
  std::vector<uint32_t> formats(uint32_t type) const;

 private:
  UniqueFd fd_;
};

/** "YU12" */
std::string fourcc_text(uint32_t fourcc);

}  // namespace mio
