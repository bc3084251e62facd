// SPDX-License-Identifier: MIT
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <climits>
#include <cstddef>

namespace mio {

/**
 * Sends what is written at once (TCP_NODELAY), and lets the kernel keep about `bytes` that are not
 * sent yet (TCP_NOTSENT_LOWAT). Without, the send buffer of a slow viewer grows to seconds of old
 * frames.
 * @returns false for what is no TCP socket
 */
inline bool limit_backlog(int fd, size_t bytes) {
  const int now = 1;
  const int backlog = static_cast<int>(std::min<size_t>(bytes, INT_MAX));
  return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now) == 0 &&
         setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &backlog, sizeof backlog) == 0;
}

}  // namespace mio
