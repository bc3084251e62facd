// SPDX-License-Identifier: MIT
// The floor: the least that sending one MJPEG stream to many sockets costs, behind the least HTTP
// there can be. One thread, one epoll (edge-triggered, no call per frame), one assembled part a
// frame, one send of it to each viewer; who is still busy gets the newest frame when it is done.
//
//   floor FOLDER_OF_JPEGS FPS [send|sendfile|zerocopy]
//
// prints {"url":…}; any path is the stream, /snapshot.jpg one frame. The last argument is the way
// that parts are sent: copied by the kernel, as everybody does; from a file in memory, whose pages
// the kernel takes as they are; or with MSG_ZEROCOPY, where it takes ours and tells when it is
// done.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "jpegs.h"

/** Assembled once, sent to all. */
struct part {
  int holders;
  int file; /**< with the same bytes, for sendfile */
  uint64_t serial;
  size_t size;
  struct part *next_free;
  char data[];
};

enum { LENT = 1024 };

struct viewer {
  int fd;
  bool streaming;
  struct part *part;       /**< in flight */
  size_t sent;             /**< bytes of it */
  uint64_t last;           /**< serial of the newest part it got */
  struct part *lent[LENT]; /**< what MSG_ZEROCOPY may still read, by the number of the call */
  uint32_t calls;
  char request[2048];
  size_t request_size;
  struct viewer *next, *previous;
};

static int epoll;
static struct jpegs jpegs;
static const struct jpeg *current;
static struct part *newest, *unused;
static struct viewer *viewers;
static enum { SEND, SENDFILE, ZEROCOPY } way;

static const char stream_head[] =
    "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nConnection: close\r\n"
    "Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n--frame\r\n";
static const char between[] = "\r\n--frame\r\n";

static void drop(struct part *part) {
  if (!part || --part->holders > 0) return;
  // Not used again: its pages may still be on their way.
  if (part->file >= 0) close(part->file);
  part->file = -1;
  part->next_free = unused;
  unused = part;
}

/** The boundary that follows goes out with the JPEG: its end is visible at once. */
static struct part *assemble(const struct jpeg *jpeg, int64_t exposed) {
  struct part *part = unused;
  if (part)
    unused = part->next_free;
  else
    part = malloc(sizeof *part + jpegs.largest + 256);
  if (!part) abort();
  int head =
      sprintf(part->data,
              "Content-Type: image/jpeg\r\nContent-Length: %zu\r\n"
              "X-Timestamp: %lld.%06lld\r\n\r\n",
              jpeg->size, (long long)(exposed / SECOND), (long long)(exposed % SECOND / 1000));
  memcpy(part->data + head, jpeg->data, jpeg->size);
  memcpy(part->data + head + jpeg->size, between, sizeof between - 1);
  part->size = (size_t)head + jpeg->size + sizeof between - 1;
  part->holders = 1;
  part->file = way == SENDFILE ? memfd_create("part", MFD_CLOEXEC) : -1;
  if (way == SENDFILE && write(part->file, part->data, part->size) < 0) abort();
  return part;
}

static ssize_t send_some(struct viewer *viewer, struct part *part) {
  const size_t left = part->size - viewer->sent;
  off_t at = (off_t)viewer->sent;
  if (way == SENDFILE) return sendfile(viewer->fd, part->file, &at, left);
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (way == ZEROCOPY ? MSG_ZEROCOPY : 0);
  const ssize_t sent = send(viewer->fd, part->data + viewer->sent, left, flags);
  if (way != ZEROCOPY || sent < 0) return sent;
  part->holders++;
  viewer->lent[viewer->calls++ % LENT] = part;
  return sent;
}

/** What the kernel has done with. */
static void take_back(struct viewer *viewer) {
  for (;;) {
    char control[128];
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(viewer->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header) return;
    struct sock_extended_err done;
    memcpy(&done, CMSG_DATA(header), sizeof done);
    for (uint32_t call = done.ee_info; call != done.ee_data + 1; call++) {
      drop(viewer->lent[call % LENT]);
      viewer->lent[call % LENT] = NULL;
    }
  }
}

/** Sends until the kernel takes no more. False: the viewer is gone. */
static bool push(struct viewer *viewer) {
  for (;;) {
    if (!viewer->part) {
      if (!newest || newest->serial == viewer->last) return true;
      viewer->part = newest;
      viewer->sent = 0;
      viewer->last = newest->serial;
      newest->holders++;
    }
    struct part *part = viewer->part;
    while (viewer->sent < part->size) {
      ssize_t sent = send_some(viewer, part);
      if (sent < 0) return errno == EAGAIN;
      viewer->sent += (size_t)sent;
    }
    drop(part);
    viewer->part = NULL;
  }
}

static void leave(struct viewer *viewer) {
  if (viewer->previous)
    viewer->previous->next = viewer->next;
  else
    viewers = viewer->next;
  if (viewer->next) viewer->next->previous = viewer->previous;
  close(viewer->fd);
  drop(viewer->part);
  for (int i = 0; way == ZEROCOPY && i < LENT; i++) drop(viewer->lent[i]);
  free(viewer);
}

static void arrive(int fd) {
  struct viewer *viewer = calloc(1, sizeof *viewer);
  if (!viewer) abort();
  viewer->fd = fd;
  viewer->next = viewers;
  if (viewers) viewers->previous = viewer;
  viewers = viewer;
  int on = 1;
  int unsent = 128 * 1024;  // about a frame, so that a slow viewer's frames are fresh
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  if (way == ZEROCOPY) setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on);
  struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = viewer}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/** All of it, though the socket does not block: it waits until there is room. */
static bool send_all(int fd, const void *data, size_t size, int flags) {
  for (const char *at = data; size > 0;) {
    ssize_t sent = send(fd, at, size, MSG_NOSIGNAL | flags);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) continue;
    at += sent;
    size -= (size_t)sent;
  }
  return true;
}

static bool answer(struct viewer *viewer) {
  if (strncmp(viewer->request, "GET /snapshot.jpg", 17) != 0) {
    viewer->streaming = true;
    return send_all(viewer->fd, stream_head, sizeof stream_head - 1, 0) && push(viewer);
  }
  char head[256];
  int size = snprintf(head, sizeof head,
                      "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n",
                      current->size);
  return send_all(viewer->fd, head, (size_t)size, MSG_MORE) &&
         send_all(viewer->fd, current->data, current->size, 0);
}

/** False: the viewer is gone. */
static bool listen_to(struct viewer *viewer) {
  for (;;) {
    char *to = viewer->request + viewer->request_size;
    ssize_t got = recv(viewer->fd, to, sizeof viewer->request - 1 - viewer->request_size, 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    viewer->request_size += (size_t)got;
    viewer->request[viewer->request_size] = '\0';
    if (!strstr(viewer->request, "\r\n\r\n")) continue;
    viewer->request_size = 0;
    if (!viewer->streaming && !answer(viewer)) return false;
  }
}

static void publish(int64_t tick, int64_t monotonic) {
  current = &jpegs.all[(size_t)tick % jpegs.count];
  if (!viewers) return;
  static uint64_t serial;
  int64_t wall = monotonic + now_ns(CLOCK_REALTIME) - now_ns(CLOCK_MONOTONIC);
  stamp_put(current->data, (uint64_t)tick, (uint64_t)monotonic / 1000);
  struct part *part = assemble(current, wall);
  part->serial = ++serial;
  drop(newest);
  newest = part;
  for (struct viewer *viewer = viewers, *next; viewer; viewer = next) {
    next = viewer->next;
    if (viewer->streaming && !viewer->part && !push(viewer)) leave(viewer);
  }
}

static int listen_on_loopback(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1024) ||
      getsockname(fd, (struct sockaddr *)&address, &size)) {
    perror("listen");
    exit(1);
  }
  printf("{\"url\":\"http://127.0.0.1:%d/\"}\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

int main(int argc, char **argv) {
  if (argc < 3 || atoi(argv[2]) < 1) {
    fprintf(stderr, "usage: floor FOLDER_OF_JPEGS FPS [send|sendfile|zerocopy]\n");
    return 2;
  }
  const char *name = argc > 3 ? argv[3] : "send";
  way = strcmp(name, "sendfile") == 0 ? SENDFILE : strcmp(name, "zerocopy") == 0 ? ZEROCOPY : SEND;
  signal(SIGPIPE, SIG_IGN);
  jpegs = jpegs_load(argv[1]);
  current = &jpegs.all[0];
  epoll = epoll_create1(EPOLL_CLOEXEC);
  int server = listen_on_loopback();
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const int64_t period = SECOND / atoi(argv[2]);
  const int64_t start = now_ns(CLOCK_MONOTONIC) + period;
  struct itimerspec times = {{0, period}, {start / SECOND, start % SECOND}};
  if (period == SECOND) times.it_interval = (struct timespec){1, 0};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &times, NULL);
  struct epoll_event on_server = {EPOLLIN, {.ptr = &server}};
  struct epoll_event on_timer = {EPOLLIN, {.ptr = &timer}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, server, &on_server);
  epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &on_timer);

  for (;;) {
    struct epoll_event events[256];
    int count = epoll_wait(epoll, events, 256, -1);
    // Last, so that no event of this round belongs to a viewer that publishing lets go.
    bool tick = false;
    for (int i = 0; i < count; i++) {
      struct viewer *viewer = events[i].data.ptr;
      if (events[i].data.ptr == &timer) {
        tick = true;
      } else if (events[i].data.ptr == &server) {
        int fd = -1;
        while ((fd = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) arrive(fd);
      } else if (way == ZEROCOPY && (events[i].events & EPOLLERR)) {
        take_back(viewer);
        if (!listen_to(viewer) || (viewer->streaming && !push(viewer))) leave(viewer);
      } else if (!listen_to(viewer) || (viewer->streaming && !push(viewer))) {
        leave(viewer);
      }
    }
    uint64_t expired = 0;
    if (!tick || read(timer, &expired, sizeof expired) != sizeof expired) continue;
    const int64_t number = (now_ns(CLOCK_MONOTONIC) - start) / period;
    publish(number, start + number * period);
  }
}
