// SPDX-License-Identifier: MIT
#include "core/mapping.h"

#include <sys/mman.h>

#include <cerrno>
#include <new>

#include "core/fault.h"

namespace mio {

Mapping::~Mapping() {
  if (data_ != nullptr) munmap(data_, size_);
}

Mapping &Mapping::operator=(Mapping &&other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Mapping Mapping::anonymous(size_t size) {
  void *data = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  return {data, size};
}

Mapping Mapping::shared(int fd, size_t size, bool writable) {
  void *data =
      mmap(nullptr, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) {
    throw FaultError("ERR_NO_BUFFERS", "a camera buffer of " + std::to_string(size) +
                                           " bytes could not be mapped: " + errno_text(errno));
  }
  return {data, size};
}

Mapping Mapping::device(int fd, uint32_t offset, size_t size) {
  void *data = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, offset);
  if (data == MAP_FAILED) {
    throw FaultError("ERR_NO_BUFFERS", "a device's buffer of " + std::to_string(size) +
                                           " bytes could not be mapped: " + errno_text(errno));
  }
  return {data, size};
}

bool Mapping::forget() {
  // MAP_FIXED only over what is ours.
  return data_ != nullptr &&
         mmap(data_, size_, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

Mapping Mapping::shared_behind(size_t head, int fd, size_t size) {
  Mapping whole = anonymous(head + size);
  // MAP_FIXED only over what was reserved above: nothing else can be hit.
  if (mmap(whole.data() + head, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
      MAP_FAILED) {
    throw FaultError("ERR_NO_BUFFERS", "a slot of " + std::to_string(size) +
                                           " bytes could not be mapped: " + errno_text(errno));
  }
  return whole;
}

}  // namespace mio
