// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mio::test {

/**
 * A machine with the encoders of a Pi, for as long as this lives (test/kit/shims/m2m_switchboard.c,
 * which must be preloaded): /dev/video11 makes MJPEG by bitrate, /dev/video31 JPEG by quality.
 */
class M2mWorld {
 public:
  /** @param heap whether there is a dma-heap */
  explicit M2mWorld(bool heap = true);
  ~M2mWorld();
  M2mWorld(const M2mWorld &) = delete;
  M2mWorld &operator=(const M2mWorld &) = delete;

  /** Turns a switch on, e.g. `video31.stall`. */
  void on(const std::string &name, const std::string &content = "") const;
  void off(const std::string &name) const;
  /** The calls since the last `forget`, a line each. */
  std::vector<std::string> log() const;
  /** Lines that begin with `start`. */
  std::vector<std::string> log(const std::string &start) const;
  void forget() const;

 private:
  std::filesystem::path folder_;
};

/** How many descriptors this process has open. */
size_t open_descriptors();

/** How often the threads of this name, of this process, have gone to sleep. */
uint64_t sleeps_of(const std::string &thread);

}  // namespace mio::test
