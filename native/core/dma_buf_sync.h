// SPDX-License-Identifier: MIT
#pragma once

#include <linux/dma-buf.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace mio {

/**
 * Brackets CPU access to a dma-buf, so that caches are right on hardware that is not coherent.
 * https://docs.kernel.org/driver-api/dma-buf.html#cpu-access-to-dma-buffer-objects
 */
class DmaBufSync {
 public:
  enum class Access : __u64 { kRead = DMA_BUF_SYNC_READ, kWrite = DMA_BUF_SYNC_WRITE };

  DmaBufSync(int fd, Access access)
      : fd_(fd), access_(static_cast<__u64>(access)), active_(sync(DMA_BUF_SYNC_START)) {}
  ~DmaBufSync() {
    if (active_) sync(DMA_BUF_SYNC_END);
  }
  DmaBufSync(const DmaBufSync &) = delete;
  DmaBufSync &operator=(const DmaBufSync &) = delete;

 private:
  // A descriptor that is no dma-buf (a memfd) answers ENOTTY: it is coherent and needs none of
  // this.
  bool sync(__u64 when) const {
    dma_buf_sync request{when | access_};
    int result = 0;
    do {
      result = ioctl(fd_, DMA_BUF_IOCTL_SYNC, &request);
    } while (result < 0 && (errno == EINTR || errno == EAGAIN));
    return result == 0;
  }

  int fd_;
  __u64 access_;
  bool active_;  // last: sync() needs the others
};

}  // namespace mio
