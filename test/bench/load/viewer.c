// SPDX-License-Identifier: MIT
#include "viewer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../clock.h"
#include "../jpegs.h"

/** Who lags has little room in its kernel, like a phone; so its server is what holds frames back.
 */
enum { SMALL_RECEIVE_BUFFER = 64 * 1024 };

bool viewer_open(struct viewer *viewer, int port, const char *request) {
  viewer->opened = now_ns(CLOCK_MONOTONIC);
  viewer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int size = SMALL_RECEIVE_BUFFER;
  if (viewer->kind != FAST) setsockopt(viewer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  int on = 1;
  setsockopt(viewer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in server = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const size_t length = strlen(request);
  // On loopback connecting ends at once unless the server's backlog is full: that is to be seen.
  return connect(viewer->fd, (struct sockaddr *)&server, sizeof server) == 0 &&
         send(viewer->fd, request, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/** The value of a header in the head that has been read; NULL without. */
static const char *header(const struct viewer *viewer, const char *name) {
  const char *found = strcasestr(viewer->head, name);
  return found ? found + strlen(name) : NULL;
}

/** False: nothing that this program can read. */
static bool head_done(struct viewer *viewer) {
  if (viewer->state == READING_RESPONSE) {
    if (strncmp(viewer->head, "HTTP/1.", 7) != 0 || atoi(viewer->head + 9) != 200) return false;
    if (header(viewer, "\nTransfer-Encoding:")) return false;
    viewer->multipart = header(viewer, "multipart/x-mixed-replace") != NULL;
    if (viewer->multipart) {
      viewer->state = READING_PART_HEAD;
      return true;
    }
  }
  const char *length = header(viewer, "\nContent-Length:");
  const char *time = header(viewer, "\nX-Timestamp:");
  if (!length) return false;
  viewer->size = viewer->left = strtoull(length, NULL, 10);
  viewer->exposed = time ? (int64_t)(strtod(time, NULL) * 1e6) * 1000 : 0;
  viewer->start_size = 0;
  viewer->state = READING_BODY;
  return viewer->size > 0;
}

static void body_done(struct viewer *viewer, on_jpeg done) {
  viewer->state = viewer->multipart ? READING_PART_HEAD : READING_RESPONSE;
  done(viewer);
  viewer->last = now_ns(CLOCK_MONOTONIC);
}

/** False: nothing that this program can read. */
static bool take(struct viewer *viewer, const char *data, size_t size, on_jpeg done) {
  while (size > 0) {
    if (viewer->state == READING_BODY) {
      const size_t taken = size < viewer->left ? size : viewer->left;
      const size_t room = sizeof viewer->start - viewer->start_size;
      const size_t kept = taken < room ? taken : room;
      memcpy(viewer->start + viewer->start_size, data, kept);
      viewer->start_size += kept;
      viewer->left -= taken;
      data += taken;
      size -= taken;
      if (viewer->left == 0) body_done(viewer, done);
      continue;
    }
    if (viewer->head_size == sizeof viewer->head - 1) return false;
    viewer->head[viewer->head_size++] = *data++;
    size--;
    if (viewer->head_size < 4 || memcmp(viewer->head + viewer->head_size - 4, "\r\n\r\n", 4) != 0)
      continue;
    viewer->head[viewer->head_size] = '\0';
    viewer->head_size = 0;
    if (!head_done(viewer)) return false;
  }
  return true;
}

int64_t viewer_read(struct viewer *viewer, size_t most, on_jpeg done) {
  size_t got = 0;
  while (got < most) {
    const bool skips = viewer->state == READING_BODY && viewer->start_size == sizeof viewer->start;
    char data[1024];
    size_t wanted = skips ? viewer->left : sizeof data;
    if (wanted > most - got) wanted = most - got;
    // What nobody looks at is thrown away inside the kernel: the client must cost less than any
    // server.
    const ssize_t size =
        recv(viewer->fd, skips ? NULL : data, wanted, MSG_DONTWAIT | (skips ? MSG_TRUNC : 0));
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (size <= 0) return -1;
    got += (size_t)size;
    if (!skips) {
      if (!take(viewer, data, (size_t)size, done)) return -1;
      continue;
    }
    viewer->left -= (size_t)size;
    if (viewer->left == 0) body_done(viewer, done);
  }
  return (int64_t)got;
}

int64_t viewer_latency(const struct viewer *viewer) {
  uint64_t stamp = 0;
  if (stamp_get(viewer->start, viewer->start_size, &stamp))
    return now_ns(CLOCK_MONOTONIC) - (int64_t)stamp * 1000;
  return viewer->exposed > 0 ? now_ns(CLOCK_REALTIME) - viewer->exposed : -1;
}
