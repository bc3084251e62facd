// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <linux/dma-heap.h>
#include <sys/ioctl.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "core/unique_fd.h"

namespace mio {

/** dma-bufs of one heap. */
struct HeapBuffers {
  std::string heap; /**< its name; empty when no heap gave enough */
  std::vector<UniqueFd> buffers;
};

/**
 * The heaps of cached memory that a device can reach, in the order in which rpicam-apps tries them;
 * `system` is what a PC has.
 * https://docs.kernel.org/userspace-api/dma-buf-alloc-exchange.html
 */
inline constexpr std::array<const char *, 3> kCachedHeaps{"vidbuf_cached", "linux,cma", "system"};

inline UniqueFd allocate_dma_buf(int heap, size_t bytes) {
  dma_heap_allocation_data request{};
  request.len = bytes;
  request.fd_flags = O_RDWR | O_CLOEXEC;
  if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &request) < 0) return {};
  return UniqueFd(static_cast<int>(request.fd));
}

/** `count` dma-bufs of `bytes`, all from the first heap that has them. */
inline HeapBuffers allocate_from_heap(size_t count, size_t bytes) {
  for (const char *name : kCachedHeaps) {
    const UniqueFd heap(open((std::string("/dev/dma_heap/") + name).c_str(), O_RDWR | O_CLOEXEC));
    if (!heap.valid()) continue;
    HeapBuffers result{name, {}};
    while (result.buffers.size() < count) {
      UniqueFd memory = allocate_dma_buf(heap.get(), bytes);
      if (!memory.valid()) break;
      result.buffers.push_back(std::move(memory));
    }
    if (result.buffers.size() == count) return result;
  }
  return {};
}

}  // namespace mio
