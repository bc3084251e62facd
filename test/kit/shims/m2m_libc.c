// The functions of the C library by which a program reaches a device.
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "m2m.h"
#include "next.h"

#define MAX_FD 4096
#define MAX_POLLED 64

static _Atomic(struct m2m_context *) contexts[MAX_FD];

static struct m2m_context *context_of(int fd) {
  return fd >= 0 && fd < MAX_FD ? contexts[fd] : NULL;
}

// Which of our devices a path is; -1 when it is none.
static int number_of(const char *path) {
  int number = 0;
  int end = 0;
  if (!path || sscanf(path, "/dev/video%d%n", &number, &end) != 1 || path[end] != '\0') return -1;
  return m2m_on() && m2m_find(number) ? number : -1;
}

static int open_device(int number, int flags) {
  const struct m2m_model *model = m2m_find(number);
  if (m2m_has(model, "denied")) return m2m_fail(EACCES);
  if (m2m_has(model, "gone")) return m2m_fail(ENODEV);
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0 || fd >= MAX_FD) return -1;
  struct m2m_context *context = calloc(1, sizeof *context);
  context->model = model;
  context->fd = fd;
  context->blocking = !(flags & O_NONBLOCK);
  context->multiplanar = !m2m_has(model, "single");
  context->coded.coded = true;
  pthread_mutex_init(&context->lock, NULL);
  pthread_cond_init(&context->changed, NULL);
  m2m_initial_formats(context);
  contexts[fd] = context;
  m2m_log("video%d open\n", number);
  return fd;
}

#define OPEN(name)                                                                  \
  EXPORT int name(const char *path, int flags, ...) {                               \
    va_list arguments;                                                              \
    va_start(arguments, flags);                                                     \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;    \
    va_end(arguments);                                                              \
    int number = number_of(path);                                                   \
    return number < 0 ? NEXT(name)(path, flags, mode) : open_device(number, flags); \
  }
OPEN(open)
OPEN(open64)

EXPORT int close(int fd) {
  struct m2m_context *context = context_of(fd);
  if (context) {
    contexts[fd] = NULL;
    m2m_stop_worker(context);
    m2m_free(&context->raw);
    m2m_free(&context->coded);
    if (context->remote > 0) NEXT(close)(context->remote);
    m2m_log("video%d close\n", context->model->number);
    pthread_cond_destroy(&context->changed);
    pthread_mutex_destroy(&context->lock);
    free(context);
  }
  return NEXT(close)(fd);
}

static void log_sync(int fd, const struct dma_buf_sync *sync) {
  struct stat status;
  if (fstat(fd, &status) != 0) return;
  m2m_log("sync %ju %s\n", (uintmax_t)status.st_ino,
          sync->flags & DMA_BUF_SYNC_END ? "end" : "start");
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  struct m2m_context *context = context_of(fd);
  if (context) return m2m_ioctl(context, (uint32_t)request, argument);
  if (request == DMA_BUF_IOCTL_SYNC && m2m_logs()) log_sync(fd, argument);
  return NEXT(ioctl)(fd, request, argument);
}

// poll() on a mix of our devices and others: ours are asked for their events, and waited for by
// their eventfd, which counts changes.
static int poll_mixed(struct pollfd *fds, nfds_t count, int timeout) {
  struct pollfd inner[MAX_POLLED];
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t due = now.tv_sec * 1000LL + now.tv_nsec / 1000000 + timeout;
  for (;;) {
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
      struct m2m_context *context = context_of(fds[i].fd);
      inner[i] = fds[i];
      inner[i].revents = 0;
      fds[i].revents = 0;
      if (!context) continue;
      // Before the look: what changes after it wakes us up.
      eventfd_t changes;
      eventfd_read(context->fd, &changes);
      inner[i].events = POLLIN;
      fds[i].revents = (short)(m2m_events(context) & (fds[i].events | POLLERR | POLLHUP));
      if (fds[i].revents) ready++;
    }
    int left = timeout;
    if (timeout > 0) {
      clock_gettime(CLOCK_MONOTONIC, &now);
      int64_t rest = due - (now.tv_sec * 1000LL + now.tv_nsec / 1000000);
      left = rest > 0 ? (int)rest : 0;
    }
    // A switch may be turned meanwhile: look again now and then.
    int slice = left < 0 || left > 20 ? 20 : left;
    int result = NEXT(poll)(inner, count, ready ? 0 : slice);
    if (result < 0) return result;
    for (nfds_t i = 0; i < count; i++) {
      if (context_of(fds[i].fd)) continue;
      fds[i].revents = inner[i].revents;
      if (fds[i].revents) ready++;
    }
    if (ready || left == 0) return ready;
  }
}

EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout) {
  bool ours = false;
  for (nfds_t i = 0; i < count && count <= MAX_POLLED; i++) ours = ours || context_of(fds[i].fd);
  return ours ? poll_mixed(fds, count, timeout) : NEXT(poll)(fds, count, timeout);
}

// epoll, edge-triggered only: an event each time that the device wakes up those who wait, and one
// at the start, when nothing is queued and the kernel says EPOLLERR. What it says beside that (IN,
// OUT, ERR) is not told.
EXPORT int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
  struct m2m_context *context = context_of(fd);
  if (!context || operation == EPOLL_CTL_DEL) return NEXT(epoll_ctl)(epoll, operation, fd, event);
  // A driver wakes up those who wait for one of its queues, and old kernels look only once for
  // which.
  const uint32_t both = EPOLLIN | EPOLLOUT | EPOLLET;
  if ((event->events & both) != both) return m2m_fail(EINVAL);
  struct epoll_event changes = {.events = EPOLLIN | EPOLLET, .data = event->data};
  int result = NEXT(epoll_ctl)(epoll, operation, fd, &changes);
  m2m_wake(context);
  return result;
}

// Buffers are known by the offset that VIDIOC_QUERYBUF told: which queue, which buffer.
static void *map_buffer(struct m2m_context *context, void *address, size_t length, int protection,
                        int flags, int64_t offset) {
  struct m2m_queue *queue = offset >> 30 & 1 ? &context->coded : &context->raw;
  uint32_t index = (uint32_t)(offset >> 24) & 0x3f;
  if (index >= queue->count || queue->memory != V4L2_MEMORY_MMAP || !(flags & MAP_SHARED) ||
      length > queue->buffers[index].planes[0].size) {
    errno = EINVAL;
    return MAP_FAILED;
  }
  return NEXT(mmap)(address, length, protection, flags, queue->buffers[index].planes[0].memfd, 0);
}

// Who maps what: a camera's buffers must not be among it.
static void log_mapping(int fd, int protection) {
  struct stat status;
  if (fd < 0 || !m2m_logs() || fcntl(fd, F_GET_SEALS) < 0 || fstat(fd, &status) != 0) return;
  m2m_log("map %ju %s\n", (uintmax_t)status.st_ino, protection & PROT_WRITE ? "rw" : "r");
}

#define MMAP(name, offset_type)                                                          \
  EXPORT void *name(void *address, size_t length, int protection, int flags, int fd,     \
                    offset_type offset) {                                                \
    struct m2m_context *context = context_of(fd);                                        \
    if (context) return map_buffer(context, address, length, protection, flags, offset); \
    int before = errno;                                                                  \
    log_mapping(fd, protection);                                                         \
    errno = before;                                                                      \
    return NEXT(name)(address, length, protection, flags, fd, offset);                   \
  }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)
