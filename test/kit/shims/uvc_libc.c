// The functions of the C library by which a program reaches a device.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "next.h"
#include "uvc.h"

#define MAX_FD 4096

// What our descriptors are: 0 none of ours, 1 + n a video node, MEDIA + n a media node.
#define MEDIA 101
static atomic_int kinds[MAX_FD];

static int kind_of(int fd) { return fd >= 0 && fd < MAX_FD ? kinds[fd] : 0; }

static struct camera *video_camera(int fd) {
  int kind = kind_of(fd);
  return kind > 0 && kind < MEDIA ? &cameras[kind - 1] : NULL;
}

struct node {
  struct camera *camera;
  bool media;
};

// Which camera's node a path is; camera is NULL when it is none.
static struct node find_node(const char *path) {
  struct node node = {NULL, false};
  int number = 0;
  int end = 0;
  if (!path || strncmp(path, "/dev/", 5) != 0) return node;
  if (sscanf(path, "/dev/video%d%n", &number, &end) != 1) {
    if (sscanf(path, "/dev/media%d%n", &number, &end) != 1) return node;
    node.media = true;
  }
  bool ours = path[end] == '\0' && number >= FIRST_NODE && number < FIRST_NODE + CAMERAS;
  if (ours && switchboard_on()) node.camera = &cameras[number - FIRST_NODE];
  return node;
}

static int open_node(struct node node, int flags) {
  struct camera *camera = node.camera;
  int fd = -1;
  if (!camera->present) return fail(ENOENT);
  if (switchboard_has(camera, ".denied")) return fail(EACCES);
  if (node.media) {
    // A true file, so that lockf() works between processes.
    char name[32];
    char path[512];
    snprintf(name, sizeof name, "media%d.lock", camera->number);
    switchboard_file(name, path, sizeof path);
    fd = open_quietly(path, O_RDWR | O_CREAT);
  } else {
    fd = eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC | (flags & O_NONBLOCK ? EFD_NONBLOCK : 0));
    if (!camera->streaming) camera->gone = false;
  }
  if (fd >= 0 && fd < MAX_FD) kinds[fd] = (node.media ? MEDIA : 1) + camera->number;
  return fd;
}

#define OPEN(name)                                                               \
  EXPORT int name(const char *path, int flags, ...) {                            \
    va_list arguments;                                                           \
    va_start(arguments, flags);                                                  \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0; \
    va_end(arguments);                                                           \
    struct node node = find_node(path);                                          \
    return node.camera ? open_node(node, flags) : NEXT(name)(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

// libcamera opens video nodes with syscall(SYS_openat, ...).
EXPORT long syscall(long number, ...) {
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_openat) {
    struct node node = find_node((const char *)a[1]);
    if (node.camera) return open_node(node, (int)a[2]);
  }
  return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

EXPORT int close(int fd) {
  struct camera *camera = video_camera(fd);
  if (kind_of(fd)) kinds[fd] = 0;
  if (camera && camera->event_fd == fd) {
    stream_stop(camera);
    stream_free_buffers(camera);
    camera->event_fd = -1;
  }
  return NEXT(close)(fd);
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  int kind = kind_of(fd);
  if (kind >= MEDIA) return media_ioctl(&cameras[kind - MEDIA], (uint32_t)request, argument);
  if (kind) return video_ioctl(&cameras[kind - 1], fd, (uint32_t)request, argument);
  return NEXT(ioctl)(fd, request, argument);
}

static int stat_node(struct node node, mode_t *mode, dev_t *device) {
  if (!node.camera->present) return fail(ENOENT);
  *mode = S_IFCHR | 0660;
  *device = makedev(node.media ? MEDIA_MAJOR : VIDEO_MAJOR, FIRST_NODE + node.camera->number);
  return 0;
}

EXPORT int stat(const char *path, struct stat *status) {
  struct node node = find_node(path);
  if (!node.camera) return NEXT(stat)(path, status);
  *status = (struct stat){0};
  return stat_node(node, &status->st_mode, &status->st_rdev);
}

EXPORT int stat64(const char *path, struct stat64 *status) {
  struct node node = find_node(path);
  if (!node.camera) return NEXT(stat64)(path, status);
  *status = (struct stat64){0};
  return stat_node(node, &status->st_mode, &status->st_rdev);
}

EXPORT int access(const char *path, int mode) {
  struct node node = find_node(path);
  if (!node.camera) return NEXT(access)(path, mode);
  if (!node.camera->present) return fail(ENOENT);
  return mode != F_OK && switchboard_has(node.camera, ".denied") ? fail(EACCES) : 0;
}

EXPORT char *realpath(const char *path, char *resolved) {
  int minor_number = 0;
  bool device = sscanf(path, "/sys/dev/char/81:%d/device", &minor_number) == 1;
  int number = device ? minor_number - FIRST_NODE : -1;
  if (number < 0 || number >= CAMERAS || !switchboard_on()) return NEXT(realpath)(path, resolved);
  char name[64];
  char found[512];
  snprintf(name, sizeof name, "sys/1-%d/1-%d:1.0", number + 1, number + 1);
  switchboard_file(name, found, sizeof found);
  if (!resolved) return strdup(found);
  snprintf(resolved, PATH_MAX, "%s", found);
  return resolved;
}

// Buffers are known by the offset that VIDIOC_QUERYBUF told.
#define MMAP(name, offset_type)                                                             \
  EXPORT void *name(void *address, size_t length, int protection, int flags, int fd,        \
                    offset_type offset) {                                                   \
    struct camera *camera = video_camera(fd);                                               \
    if (!camera) return NEXT(name)(address, length, protection, flags, fd, offset);         \
    uint32_t index = (uint32_t)(offset >> 24);                                              \
    if (index >= camera->buffer_count || camera->buffers[index].memfd <= 0) {               \
      errno = EINVAL;                                                                       \
      return MAP_FAILED;                                                                    \
    }                                                                                       \
    return NEXT(name)(address, length, protection, flags, camera->buffers[index].memfd, 0); \
  }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)
