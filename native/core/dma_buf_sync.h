// SPDX-License-Identifier: MIT
#pragma once

#include <linux/dma-buf.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace mio {

/**
 * DMA_BUF_IOCTL_SYNC. False where there is nothing to synchronise: a descriptor that is no dma-buf
 * (a memfd) answers ENOTTY, and is coherent.
 * @param flags DMA_BUF_SYNC_START or _END, with _READ, _WRITE or _RW
 */
inline bool sync_dma_buf(int fd, __u64 flags) {
  dma_buf_sync request{flags};
  int result = 0;
  do {
    result = ioctl(fd, DMA_BUF_IOCTL_SYNC, &request);
  } while (result < 0 && (errno == EINTR || errno == EAGAIN));
  return result == 0;
}

/**
 * Brackets CPU access to a dma-buf, so that caches are right on hardware that is not coherent.
 * https://docs.kernel.org/driver-api/dma-buf.html#cpu-access-to-dma-buffer-objects
 */
class DmaBufSync {
 public:
  enum class Access : __u64 { kRead = DMA_BUF_SYNC_READ, kWrite = DMA_BUF_SYNC_WRITE };

  DmaBufSync(int fd, Access access)
      : fd_(fd),
        access_(static_cast<__u64>(access)),
        active_(sync_dma_buf(fd, DMA_BUF_SYNC_START | static_cast<__u64>(access))) {}
  ~DmaBufSync() {
    if (active_) sync_dma_buf(fd_, DMA_BUF_SYNC_END | access_);
  }
  DmaBufSync(const DmaBufSync &) = delete;
  DmaBufSync &operator=(const DmaBufSync &) = delete;

 private:
  int fd_;
  __u64 access_;
  bool active_;
};

}  // namespace mio
