// Preloaded, it lets libcamera's own "virtual" pipeline run on a kernel without /dev/udmabuf,
// /dev/dma_heap and V4L2, and lets a test see what is done to dma-bufs.
//
//   LCSHIM_VIRTUAL_YAML=FILE    read instead of every .../pipeline/virtual/virtual.yaml, so that
//   each
//                               test has its own cameras (the path is compiled into libcamera)
//   LCSHIM_FPS=N                a sensor clock, see sensor_clock.c
//   LCSHIM_FAIL_EVERY=N         each Nth frame is broken, see sensor_clock.c
//   LCSHIM_DMA_HEAPS=A:B        stand-ins for /dev/dma_heap/A and B, see dma_heap.c
//   LCSHIM_LOG=FILE             one line for each allocation from a heap and each
//                               DMA_BUF_IOCTL_SYNC
//   LCSHIM_NO_UDMABUF=1         no stand-in for /dev/udmabuf: what a machine without it does
//   SHIMS_QUIET=1               no log, see setting.h
//
// Where a real device opens, it is used. Variables are read at each use.
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "dma_heap.h"
#include "next.h"
#include "setting.h"

static const char *redirect(const char *path, char *buffer, size_t size) {
  static const char tail[] = "/pipeline/virtual/virtual.yaml";
  size_t tail_length = sizeof tail - 1;
  size_t length = path ? strlen(path) : 0;
  if (length < tail_length || strcmp(path + length - tail_length, tail) != 0) return path;
  return setting("LCSHIM_VIRTUAL_YAML", buffer, size) ? buffer : path;
}

static bool udmabuf_stands_in(void) { return number_setting("LCSHIM_NO_UDMABUF") == 0; }

// Opens a stand-in, or says -2: the path is none of ours.
static int open_before(const char *path) {
  if (!path || strncmp(path, DMA_HEAP_FOLDER, strlen(DMA_HEAP_FOLDER)) != 0) return -2;
  return dma_heap_open(path + strlen(DMA_HEAP_FOLDER));
}

static int open_after(const char *path, int fd) {
  if (fd >= 0 || !path || strcmp(path, "/dev/udmabuf") != 0 || !udmabuf_stands_in()) return fd;
  return memfd_create("lcshim-udmabuf", MFD_CLOEXEC);
}

#define OPEN(name)                                                               \
  EXPORT int name(const char *path, int flags, ...) {                            \
    va_list arguments;                                                           \
    va_start(arguments, flags);                                                  \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0; \
    va_end(arguments);                                                           \
    int fd = open_before(path);                                                  \
    if (fd != -2) return fd;                                                     \
    char buffer[512];                                                            \
    fd = NEXT(name)(redirect(path, buffer, sizeof buffer), flags, mode);         \
    return open_after(path, fd);                                                 \
  }
OPEN(open)
OPEN(open64)

EXPORT int stat(const char *path, struct stat *status) {
  char buffer[512];
  return NEXT(stat)(redirect(path, buffer, sizeof buffer), status);
}

EXPORT int stat64(const char *path, struct stat64 *status) {
  char buffer[512];
  return NEXT(stat64)(redirect(path, buffer, sizeof buffer), status);
}

// As strict as the kernel: a sealed memfd, whole pages.
static int udmabuf_create(const struct udmabuf_create *create) {
  int seals = fcntl((int)create->memfd, F_GET_SEALS);
  if (seals < 0 || !(seals & F_SEAL_SHRINK) || create->offset % 4096 || create->size % 4096) {
    errno = EINVAL;
    return -1;
  }
  int command = create->flags & UDMABUF_FLAGS_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD;
  return fcntl((int)create->memfd, command, 0);
}

static bool is_set_name(unsigned long request) {
  return request == DMA_BUF_SET_NAME_A || request == DMA_BUF_SET_NAME_B;
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);

  // First what it costs least to know: a kernel does this in one call.
  if (request == DMA_BUF_IOCTL_SYNC && is_memfd(fd)) {
    int result = dma_buf_sync(argument);
    if (result == 0) dma_buf_log_sync(fd, argument);
    return result;
  }
  int result = NEXT(ioctl)(fd, request, argument);
  // The kernel says the one of what a file cannot do, qemu the other of what it does not know.
  bool unknown = result == -1 && (errno == ENOTTY || errno == ENOSYS);
  if (request == DMA_BUF_IOCTL_SYNC) {
    if (result == 0) dma_buf_log_sync(fd, argument);
  } else if (request == DMA_HEAP_IOCTL_ALLOC && unknown) {
    result = dma_heap_allocate(fd, argument);
  } else if (is_set_name(request) && unknown) {
    result = dma_buf_set_name(fd);
  } else if (request == UDMABUF_CREATE && unknown && udmabuf_stands_in()) {
    result = udmabuf_create(argument);
  }
  return result;
}
