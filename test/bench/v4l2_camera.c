// SPDX-License-Identifier: MIT
// Preloaded, it stands in for a V4L2 camera that gives MJPEG, for programs that read /dev/video0 on
// a machine without one: what this project is compared with. (The tests' webcam, test/kit/shims,
// goes further: media controller, udev, faults. These programs want none of that.)
//
// The descriptor is a timerfd, so it becomes readable at the camera's rate by itself: a frame costs
// the program one short read and one memcpy, and no thread.
//
//   V4L2_CAMERA_FOLDER   *.jpg, shown in turn, each with a stamp (jpegs.h)
//   V4L2_CAMERA_SIZE     of those pictures, WIDTHxHEIGHT
//   V4L2_CAMERA_FPS      its rate
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "jpegs.h"

#define EXPORTED __attribute__((visibility("default")))
#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

enum { BUFFERS = 8, OFFSET_BITS = 27 };

static const char device[] = "/dev/video0";

struct buffer {
  int memfd;
  uint8_t *map;
  bool queued;
  uint32_t used;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct jpegs jpegs;
static uint32_t width = 1280, height = 720;
static int64_t period = SECOND / 30;

static int camera = -1;
static bool streaming, nonblocking;
static struct buffer buffers[BUFFERS];
static uint32_t count;
static uint32_t queue[BUFFERS];
static uint32_t queued;
static int64_t start, next_frame;

static int fail(int error) {
  errno = error;
  return -1;
}

static size_t buffer_size(void) { return (jpegs.largest + 65536 + 4095) & ~(size_t)4095; }

static int open_camera(int flags) {
  pthread_mutex_lock(&lock);
  if (!jpegs.count) {
    const char *folder = getenv("V4L2_CAMERA_FOLDER");
    const char *size = getenv("V4L2_CAMERA_SIZE");
    const char *fps = getenv("V4L2_CAMERA_FPS");
    jpegs = jpegs_load(folder ? folder : ".");
    if (size) sscanf(size, "%ux%u", &width, &height);
    if (fps && atoi(fps) > 1) period = SECOND / atoi(fps);
  }
  if (camera >= 0) {
    pthread_mutex_unlock(&lock);
    return fail(EBUSY);
  }
  camera = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  nonblocking = (flags & O_NONBLOCK) != 0;
  streaming = false;
  pthread_mutex_unlock(&lock);
  return camera;
}

static void free_buffers(void) {
  for (uint32_t i = 0; i < count; i++) {
    munmap(buffers[i].map, buffer_size());
    NEXT(close)(buffers[i].memfd);
  }
  count = queued = 0;
}

static int request_buffers(struct v4l2_requestbuffers *request) {
  if (request->memory != V4L2_MEMORY_MMAP) return fail(EINVAL);
  free_buffers();
  if (request->count > BUFFERS) request->count = BUFFERS;
  for (; count < request->count; count++) {
    int fd = memfd_create("v4l2-camera", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)buffer_size()) < 0) return -1;
    const int flags = MAP_SHARED | MAP_POPULATE;
    void *map = NEXT(mmap)(NULL, buffer_size(), PROT_READ | PROT_WRITE, flags, fd, 0);
    if (map == MAP_FAILED) return -1;
    buffers[count] = (struct buffer){fd, map, false, 0};
  }
  return 0;
}

static void describe(struct v4l2_buffer *to, uint32_t index) {
  to->index = index;
  to->memory = V4L2_MEMORY_MMAP;
  to->field = V4L2_FIELD_NONE;
  to->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  if (buffers[index].queued) to->flags |= V4L2_BUF_FLAG_QUEUED;
  to->length = (uint32_t)buffer_size();
  to->m.offset = (index + 1) << OFFSET_BITS;
  to->bytesused = buffers[index].used;
}

static int dequeue(struct v4l2_buffer *to) {
  for (;;) {
    if (!streaming) return fail(EINVAL);
    const int64_t now = now_ns(CLOCK_MONOTONIC);
    uint64_t expired = 0;
    if (now >= next_frame && read(camera, &expired, sizeof expired) < 0 && errno != EAGAIN)
      return -1;
    if (now >= next_frame && queued > 0) break;
    // With no buffer queued, this frame is lost.
    if (now >= next_frame) next_frame += (now - next_frame) / period * period + period;
    if (nonblocking) return fail(EAGAIN);
    struct timespec until = {next_frame / SECOND, next_frame % SECOND};
    pthread_mutex_unlock(&lock);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    pthread_mutex_lock(&lock);
  }
  const int64_t tick = (now_ns(CLOCK_MONOTONIC) - start) / period;
  const int64_t exposed = start + tick * period;
  next_frame = exposed + period;

  const uint32_t index = queue[0];
  memmove(queue, queue + 1, --queued * sizeof *queue);
  struct buffer *buffer = &buffers[index];
  const struct jpeg *jpeg = &jpegs.all[(size_t)tick % jpegs.count];
  memcpy(buffer->map, jpeg->data, jpeg->size);
  stamp_put(buffer->map, (uint64_t)tick, (uint64_t)exposed / 1000);
  buffer->used = (uint32_t)jpeg->size;
  buffer->queued = false;
  describe(to, index);
  to->sequence = (uint32_t)tick;
  to->timestamp = (struct timeval){exposed / SECOND, exposed % SECOND / 1000};
  return 0;
}

static int enqueue(struct v4l2_buffer *buffer) {
  if (buffer->index >= count || buffers[buffer->index].queued) return fail(EINVAL);
  buffers[buffer->index].queued = true;
  queue[queued++] = buffer->index;
  describe(buffer, buffer->index);
  return 0;
}

static int stream(bool on) {
  struct itimerspec times = {0};
  if (on) {
    start = next_frame = now_ns(CLOCK_MONOTONIC) + period;
    times.it_interval.tv_nsec = period;
    times.it_value = (struct timespec){start / SECOND, start % SECOND};
  } else {
    queued = 0;
    for (uint32_t i = 0; i < count; i++) buffers[i].queued = false;
  }
  streaming = on;
  return timerfd_settime(camera, TFD_TIMER_ABSTIME, &times, NULL);
}

static int format(struct v4l2_format *format) {
  if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
  format->fmt.pix = (struct v4l2_pix_format){
      .width = width,
      .height = height,
      .pixelformat = V4L2_PIX_FMT_MJPEG,
      .field = V4L2_FIELD_NONE,
      .sizeimage = (uint32_t)buffer_size(),
      .colorspace = V4L2_COLORSPACE_JPEG,
  };
  return 0;
}

static int capability(struct v4l2_capability *capability) {
  *capability = (struct v4l2_capability){
      .driver = "v4l2_camera",
      .card = "Stand-in camera",
      .bus_info = "usb-stand-in",
      .capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS,
      .device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING,
  };
  return 0;
}

static int list_format(struct v4l2_fmtdesc *format) {
  if (format->index > 0 || format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
  format->pixelformat = V4L2_PIX_FMT_MJPEG;
  format->flags = V4L2_FMT_FLAG_COMPRESSED;
  strcpy((char *)format->description, "Motion-JPEG");
  return 0;
}

static int list_size(struct v4l2_frmsizeenum *size) {
  if (size->index > 0) return fail(EINVAL);
  size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
  size->discrete = (struct v4l2_frmsize_discrete){width, height};
  return 0;
}

static int list_interval(struct v4l2_frmivalenum *interval) {
  if (interval->index > 0) return fail(EINVAL);
  interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
  interval->discrete = (struct v4l2_fract){1, (uint32_t)(SECOND / period)};
  return 0;
}

static int rate(struct v4l2_streamparm *rate) {
  rate->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
  rate->parm.capture.timeperframe = (struct v4l2_fract){1, (uint32_t)(SECOND / period)};
  return 0;
}

static int input(struct v4l2_input *input) {
  if (input->index > 0) return fail(EINVAL);
  *input = (struct v4l2_input){.name = "Camera", .type = V4L2_INPUT_TYPE_CAMERA};
  return 0;
}

static int control(unsigned long request, void *argument) {
  switch (request) {
    case VIDIOC_QUERYCAP:
      return capability(argument);
    case VIDIOC_ENUM_FMT:
      return list_format(argument);
    case VIDIOC_ENUM_FRAMESIZES:
      return list_size(argument);
    case VIDIOC_ENUM_FRAMEINTERVALS:
      return list_interval(argument);
    case VIDIOC_G_FMT:
    case VIDIOC_TRY_FMT:
    case VIDIOC_S_FMT:
      return format(argument);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
      return rate(argument);
    case VIDIOC_ENUMINPUT:
      return input(argument);
    case VIDIOC_G_INPUT:
      *(int *)argument = 0;
      return 0;
    case VIDIOC_S_INPUT:
    case VIDIOC_S_JPEGCOMP:
      return 0;
    case VIDIOC_G_JPEGCOMP:
      *(struct v4l2_jpegcompression *)argument = (struct v4l2_jpegcompression){.quality = 80};
      return 0;
    case VIDIOC_REQBUFS:
      return request_buffers(argument);
    case VIDIOC_QUERYBUF: {
      struct v4l2_buffer *buffer = argument;
      if (buffer->index >= count) return fail(EINVAL);
      describe(buffer, buffer->index);
      return 0;
    }
    case VIDIOC_QBUF:
      return enqueue(argument);
    case VIDIOC_DQBUF:
      return dequeue(argument);
    case VIDIOC_STREAMON:
      return stream(true);
    case VIDIOC_STREAMOFF:
      return stream(false);
    case VIDIOC_QUERYCTRL:
    case VIDIOC_QUERYMENU:
    case VIDIOC_G_CTRL:
    case VIDIOC_S_CTRL:
      return fail(EINVAL);
    default:
      return fail(ENOTTY);
  }
}

// ---- what the program calls ----

EXPORTED int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return strcmp(path, device) == 0 ? open_camera(flags) : NEXT(open)(path, flags, mode);
}

EXPORTED int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return strcmp(path, device) == 0 ? open_camera(flags) : NEXT(open64)(path, flags, mode);
}

// What open becomes with _FORTIFY_SOURCE.
EXPORTED int __open_2(const char *path, int flags) { return open(path, flags); }
EXPORTED int __open64_2(const char *path, int flags) { return open64(path, flags); }

EXPORTED int access(const char *path, int mode) {
  return strcmp(path, device) == 0 ? 0 : NEXT(access)(path, mode);
}

EXPORTED int close(int fd) {
  if (fd >= 0 && fd == camera) {
    pthread_mutex_lock(&lock);
    free_buffers();
    camera = -1;
    pthread_mutex_unlock(&lock);
  }
  return NEXT(close)(fd);
}

static int buffer_at(int fd, off_t offset) {
  if (fd < 0 || fd != camera) return fd;
  const uint32_t index = (uint32_t)(offset >> OFFSET_BITS) - 1;
  return index < count ? buffers[index].memfd : -1;
}

EXPORTED void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  const bool ours = fd >= 0 && fd == camera;
  return NEXT(mmap)(at, size, protection, flags, buffer_at(fd, offset), ours ? 0 : offset);
}

EXPORTED void *mmap64(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  return mmap(at, size, protection, flags, fd, offset);
}

EXPORTED int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (fd < 0 || fd != camera) return NEXT(ioctl)(fd, request, argument);
  pthread_mutex_lock(&lock);
  const int result = control((unsigned int)request, argument);
  const int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
