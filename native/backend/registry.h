// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace mio {

/** Pictures that a camera offers: a mio_offer with memory of its own. */
struct Offer {
  std::string format;
  uint32_t bit_depth;
  uint32_t width, height;
  uint32_t max_width, max_height;
};

/** A camera that is there now. */
struct CameraInfo {
  std::string id;
  std::string model;
  std::vector<Offer> offers;
};

/**
 * A started backend, shared by all who use it in this process, worker threads included: libcamera
 * aborts the process when a second CameraManager is made. Started for the first user, stopped after
 * the last.
 */
class Backend {
 public:
  /**
   * @param name `libcamera` or `synthetic`
   * @throws FaultError `ERR_LIBCAMERA_UNAVAILABLE` with one line for each shared object that was
   * tried
   */
  static std::shared_ptr<Backend> acquire(const std::string &name);

  ~Backend();
  Backend(const Backend &) = delete;
  Backend &operator=(const Backend &) = delete;

  const mio_backend &table() const { return *table_; }
  std::vector<CameraInfo> list() const;

  /** Calls `listener` from any thread when cameras came or went, until `unwatch` with the same key.
   */
  void watch(const void *key, std::function<void()> listener);
  void unwatch(const void *key);

 private:
  explicit Backend(const mio_backend *table);

  const mio_backend *table_;
  mio_host host_{};
  std::mutex mutex_;
  std::map<const void *, std::function<void()>> watchers_;
};

}  // namespace mio
