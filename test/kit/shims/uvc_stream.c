// The streaming thread: fills queued buffers at the camera's rate.
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "uvc.h"

#define SECOND 1000000000LL

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * SECOND + now.tv_nsec;
}

// camN.fps, read at each frame. A file that is just being written says nothing yet: the last rate
// stays.
static double frame_rate(const struct camera *camera, double last) {
  char path[512];
  char text[16] = "";
  if (!switchboard_path(camera, ".fps", path, sizeof path)) return last;
  int fd = open_quietly(path, O_RDONLY);
  if (fd < 0) return camera->fps;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  double fps = atof(text);
  return length > 0 && fps > 0 ? fps : last;
}

// The next picture of the stream's format and size; a JPEG may have any size if none has that.
static const struct picture *next_picture(struct camera *camera) {
  size_t count = camera->picture_count;
  const struct picture *other = NULL;
  for (size_t i = 0; i < count; i++) {
    const struct picture *picture = &camera->pictures[(camera->next_picture + i) % count];
    if (picture->fourcc != camera->fourcc) continue;
    bool fits = picture->width == camera->width && picture->height == camera->height;
    if (!fits && (other || camera->fourcc != V4L2_PIX_FMT_MJPEG)) continue;
    other = picture;
    if (!fits) continue;
    camera->next_picture += i + 1;
    return picture;
  }
  camera->next_picture++;
  return other;
}

static bool fill_picture(struct camera *camera, struct buffer *buffer, int fd) {
  const struct picture *picture = next_picture(camera);
  if (!picture) return false;
  size_t size = switchboard_has(camera, ".short") ? picture->size / 2 : picture->size;
  buffer->used = (uint32_t)size;
  return pwrite(fd, picture->data, size, 0) == (ssize_t)size;
}

// Grey diagonals that move.
static bool fill_yuyv(const struct camera *camera, struct buffer *buffer, int fd) {
  size_t stride = (size_t)camera->width * 2;
  size_t size = stride * camera->height;
  uint8_t *pixels = malloc(size);
  for (uint32_t y = 0; y < camera->height; y++) {
    for (uint32_t x = 0; x < camera->width; x++) {
      pixels[y * stride + (size_t)2 * x] = (uint8_t)(x + y + 4 * buffer->sequence);
      pixels[y * stride + (size_t)2 * x + 1] = 128;
    }
  }
  ssize_t written = pwrite(fd, pixels, size, 0);
  free(pixels);
  buffer->used = (uint32_t)size;
  return written == (ssize_t)size;
}

static void fill_next(struct camera *camera, uint32_t sequence) {
  uint32_t index = camera->waiting[0];
  struct buffer *buffer = &camera->buffers[index];
  memmove(camera->waiting, camera->waiting + 1,
          --camera->waiting_count * sizeof camera->waiting[0]);

  int fd = camera->memory == V4L2_MEMORY_DMABUF ? buffer->dmafd : buffer->memfd;
  buffer->sequence = sequence;
  bool filled = camera->fourcc == V4L2_PIX_FMT_YUYV ? fill_yuyv(camera, buffer, fd)
                                                    : fill_picture(camera, buffer, fd);
  bool bad = !filled || switchboard_has(camera, ".error");
  buffer->flags = bad ? V4L2_BUF_FLAG_ERROR : 0;
  int64_t now = now_ns();
  buffer->timestamp = (struct timeval){now / SECOND, now % SECOND / 1000};
  buffer->queued = false;
  buffer->done = true;
  camera->finished[camera->finished_count++] = index;
}

static void *run(void *argument) {
  struct camera *camera = argument;
  double fps = camera->fps;
  int64_t next = now_ns();

  pthread_mutex_lock(&camera->lock);
  while (camera->streaming && !camera->gone) {
    fps = frame_rate(camera, fps);
    int64_t period = (int64_t)((double)SECOND / fps);
    next += period;
    // Frames that nobody had time to make are lost, not made up for.
    if (next < now_ns()) next = now_ns() + period;
    struct timespec until = {next / SECOND, next % SECOND};
    while (camera->streaming && !camera->gone && now_ns() < next) {
      pthread_cond_timedwait(&camera->stopping, &camera->lock, &until);
    }
    if (!camera->streaming || camera->gone) break;
    uint32_t sequence = camera->sequence++;
    if (camera->waiting_count == 0 || switchboard_has(camera, ".stall")) continue;
    fill_next(camera, sequence);
    // Not under the lock: who wakes up would only wait for it.
    pthread_mutex_unlock(&camera->lock);
    stream_wake(camera);
    pthread_mutex_lock(&camera->lock);
  }
  pthread_mutex_unlock(&camera->lock);
  return NULL;
}

void stream_wake(struct camera *camera) {
  uint64_t one = 1;
  pthread_cond_broadcast(&camera->stopping);
  if (camera->event_fd < 0) return;
  if (write(camera->event_fd, &one, sizeof one) < 0) perror("uvc shim: wake-up");
}

int stream_start(struct camera *camera, int fd) {
  camera->event_fd = fd;
  camera->streaming = true;
  camera->sequence = 0;
  if (pthread_create(&camera->thread, NULL, run, camera) != 0) return -1;
  pthread_setname_np(camera->thread, "uvcshim-stream");
  return 0;
}

void stream_stop(struct camera *camera) {
  pthread_mutex_lock(&camera->lock);
  bool was = camera->streaming;
  camera->streaming = false;
  pthread_cond_broadcast(&camera->stopping);
  pthread_mutex_unlock(&camera->lock);
  if (was) pthread_join(camera->thread, NULL);

  pthread_mutex_lock(&camera->lock);
  // Takes back the wake-ups of finished buffers that nobody will fetch now.
  uint64_t count = 0;
  for (; camera->finished_count > 0 && camera->event_fd >= 0; camera->finished_count--) {
    if (read(camera->event_fd, &count, sizeof count) < 0) break;
  }
  camera->waiting_count = camera->finished_count = 0;
  for (int i = 0; i < MAX_BUFFERS; i++) {
    camera->buffers[i].queued = camera->buffers[i].done = false;
  }
  pthread_mutex_unlock(&camera->lock);
}

void stream_free_buffers(struct camera *camera) {
  for (uint32_t i = 0; i < camera->buffer_count; i++) {
    if (camera->buffers[i].memfd > 0) close(camera->buffers[i].memfd);
  }
  memset(camera->buffers, 0, sizeof camera->buffers);
  camera->buffer_count = 0;
}
