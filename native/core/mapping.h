// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mio {

/** Owns one memory mapping. */
class Mapping {
 public:
  Mapping() = default;
  ~Mapping();

  Mapping(Mapping &&other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping &operator=(Mapping &&other) noexcept;
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;

  /** Private memory; the kernel gives pages only where something is written. Throws std::bad_alloc.
   */
  static Mapping anonymous(size_t size);

  /** The first `size` bytes of `fd`, shared. Throws FaultError `ERR_NO_BUFFERS`. */
  static Mapping shared(int fd, size_t size, bool writable);

  /** A buffer of a device, for reading. Throws FaultError `ERR_NO_BUFFERS`. */
  static Mapping device(int fd, uint32_t offset, size_t size);

  /**
   * The first `size` bytes of `fd`, shared and writable, right behind `head` bytes of private
   * memory.
   * @param head whole pages
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  static Mapping shared_behind(size_t head, int fd, size_t size);

  /**
   * Lets go of what is mapped. The addresses stay this mapping's, with private zeros behind them.
   * False, and nothing has changed, when the kernel refuses.
   */
  bool forget();

  uint8_t *data() const { return data_; }
  size_t size() const { return size_; }

 private:
  Mapping(void *data, size_t size) : data_(static_cast<uint8_t *>(data)), size_(size) {}

  uint8_t *data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace mio
