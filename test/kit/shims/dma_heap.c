// LCSHIM_DMA_HEAPS names the heaps there are, separated by colons because a real name has a comma
// ("linux,cma:system"). Heaps that it does not name do not exist then, whatever the machine has: a
// test sees the same heaps everywhere.
#include "dma_heap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "next.h"
#include "setting.h"

// A heap is known by the name of its memfd, so no table has to follow dup() and close().
#define HEAP_PREFIX "lcshim-heap-"

// One write with O_APPEND for each line, so that lines of several threads do not mix.
__attribute__((format(printf, 1, 2))) static void log_line(const char *format, ...) {
  char path[512];
  char line[256];
  if (is_quiet() || !setting("LCSHIM_LOG", path, sizeof path)) return;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  if (write(fd, line, (size_t)length) < 0) perror(path);
  close(fd);
}

int dma_heap_open(const char *name) {
  char heaps[256];
  if (!setting("LCSHIM_DMA_HEAPS", heaps, sizeof heaps)) return -2;
  char *rest = heaps;
  for (char *heap = strsep(&rest, ":"); heap; heap = strsep(&rest, ":")) {
    if (strcmp(heap, name) != 0) continue;
    char memfd_name[128];
    snprintf(memfd_name, sizeof memfd_name, HEAP_PREFIX "%s", name);
    return memfd_create(memfd_name, MFD_CLOEXEC);
  }
  errno = ENOENT;
  return -1;
}

static int heap_name(int fd, char *name, size_t size) {
  static const char prefix[] = "/memfd:" HEAP_PREFIX;
  static const char suffix[] = " (deleted)";
  char link[64];
  char target[sizeof prefix + 128];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, target, sizeof target - 1);
  if (length < 0) return -1;
  target[length] = '\0';
  if (strncmp(target, prefix, strlen(prefix)) != 0) return -1;
  char *end = strstr(target, suffix);
  if (end) *end = '\0';
  return snprintf(name, size, "%s", target + strlen(prefix)) < (int)size ? 0 : -1;
}

int dma_heap_allocate(int heap, struct dma_heap_allocation_data *allocation) {
  char name[128];
  if (heap_name(heap, name, sizeof name) != 0) {
    errno = ENOTTY;
    return -1;
  }
  if (allocation->len == 0 || allocation->fd != 0 ||
      (allocation->fd_flags & ~(uint32_t)(O_CLOEXEC | O_ACCMODE)) != 0) {
    errno = EINVAL;
    return -1;
  }
  unsigned cloexec = allocation->fd_flags & O_CLOEXEC ? MFD_CLOEXEC : 0;
  int fd = memfd_create("lcshim-dmabuf", cloexec | MFD_ALLOW_SEALING);
  if (fd < 0) return -1;
  off_t size = (off_t)((allocation->len + 4095) & ~(uint64_t)4095);
  if (ftruncate(fd, size) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    close(fd);
    return -1;
  }
  allocation->fd = (uint32_t)fd;
  log_line("alloc %s %" PRIu64 "\n", name, (uint64_t)allocation->len);
  return 0;
}

bool is_memfd(int fd) {
  int before = errno;
  bool is = fcntl(fd, F_GET_SEALS) >= 0;
  errno = before;
  return is;
}

int dma_buf_set_name(int fd) {
  if (is_memfd(fd)) return 0;
  errno = ENOTTY;
  return -1;
}

int dma_buf_sync(const struct dma_buf_sync *sync) {
  if ((sync->flags & ~(uint64_t)DMA_BUF_SYNC_VALID_FLAGS_MASK) != 0 ||
      (sync->flags & DMA_BUF_SYNC_RW) == 0) {
    errno = EINVAL;
    return -1;
  }
  return 0;
}

void dma_buf_log_sync(int fd, const struct dma_buf_sync *sync) {
  static const char *const direction[] = {"none", "read", "write", "rw"};
  struct stat status;
  // The inode tells the buffer, whichever descriptor it is reached by.
  if (is_quiet() || fstat(fd, &status) != 0) return;
  log_line("sync %ju %s %s\n", (uintmax_t)status.st_ino,
           sync->flags & DMA_BUF_SYNC_END ? "end" : "start",
           direction[sync->flags & DMA_BUF_SYNC_RW]);
}
