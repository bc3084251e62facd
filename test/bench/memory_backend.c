// SPDX-License-Identifier: MIT
// A camera whose JPEGs lie ready in memory, as the floor's do: a backend like libcamera's, for the
// whole service. A frame costs the service what it costs itself, and no camera stack in front.
//
//   MEMORY_CAMERA_FOLDER   *.jpg, shown in turn, each with a stamp (jpegs.h)
//   MEMORY_CAMERA_SIZE     of those pictures, WIDTHxHEIGHT
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend/backend.h"
#include "clock.h"
#include "jpegs.h"

/** Each JPEG has a buffer of its own, filled once: no byte is copied to make a frame. */
struct mio_camera {
  mio_observer observer;
  size_t count;
  uint32_t *sizes;
  mio_buffer *buffers;
  uint8_t *memory;
  size_t bytes; /**< of a buffer */
  int fd;
  uint32_t width, height;
  _Atomic(double) fps;
  atomic_bool *lent;
  atomic_bool running;
  pthread_t thread;
};

static const char *version(void) { return "1"; }
static int start(const mio_host *host, mio_error *error) {
  (void)host;
  (void)error;
  return 0;
}
static void stop(void) {}

static void list(void (*each)(void *context, const mio_camera_info *info), void *context) {
  const mio_camera_info info = {"memory", "memory"};
  each(context, &info);
}

static void offers(const char *id, void (*each)(void *context, const mio_offer *offer),
                   void *context) {
  (void)id;
  (void)each;
  (void)context;
}

static int fail(mio_error *error, const char *what) {
  snprintf(error->code, sizeof error->code, "ERR_CAMERA");
  snprintf(error->message, sizeof error->message, "%s: %s", what, strerror(errno));
  return -1;
}

static void close_camera(mio_camera *camera) {
  if (camera->memory) munmap(camera->memory, camera->count * camera->bytes);
  if (camera->fd >= 0) close(camera->fd);
  free(camera->sizes);
  free(camera->buffers);
  free(camera->lent);
  free(camera);
}

static bool fill(mio_camera *camera, const struct jpegs *jpegs) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  camera->count = jpegs->count;
  camera->bytes = (jpegs->largest + page - 1) / page * page;
  camera->sizes = calloc(camera->count, sizeof *camera->sizes);
  camera->buffers = calloc(camera->count, sizeof *camera->buffers);
  camera->lent = calloc(camera->count, sizeof *camera->lent);
  const size_t all = camera->count * camera->bytes;
  camera->fd = memfd_create("memory-camera", MFD_CLOEXEC);
  if (!camera->sizes || !camera->buffers || !camera->lent || camera->fd < 0) return false;
  if (ftruncate(camera->fd, (off_t)all) < 0) return false;
  void *map = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, camera->fd, 0);
  if (map == MAP_FAILED) return false;
  camera->memory = map;
  for (size_t i = 0; i < camera->count; i++) {
    const size_t offset = i * camera->bytes;
    memcpy(camera->memory + offset, jpegs->all[i].data, jpegs->all[i].size);
    camera->sizes[i] = (uint32_t)jpegs->all[i].size;
    const mio_plane plane = {camera->fd, (uint32_t)offset, (uint32_t)camera->bytes, 0};
    camera->buffers[i] = (mio_buffer){1, {plane}};
    free(jpegs->all[i].data);
  }
  free(jpegs->all);
  return true;
}

static int open_camera(const char *id, const mio_observer *observer, mio_camera **opened,
                       mio_error *error) {
  (void)id;
  const char *folder = getenv("MEMORY_CAMERA_FOLDER");
  const char *size = getenv("MEMORY_CAMERA_SIZE");
  mio_camera *camera = calloc(1, sizeof *camera);
  if (!camera) return fail(error, "no memory");
  camera->observer = *observer;
  camera->fd = -1;
  camera->fps = 30;
  const struct jpegs jpegs = jpegs_load(folder ? folder : ".");
  if (size) sscanf(size, "%ux%u", &camera->width, &camera->height);
  if (!fill(camera, &jpegs)) {
    close_camera(camera);
    return fail(error, "no memory for the pictures");
  }
  *opened = camera;
  return 0;
}

static int set_frame_rate(mio_camera *camera, double wanted, double least, double *fps,
                          mio_error *error) {
  (void)least;
  (void)error;
  camera->fps = *fps = wanted > 0 ? wanted : 30;
  return 0;
}

static int configure(mio_camera *camera, const mio_wanted *wanted, mio_configuration *configuration,
                     mio_error *error) {
  double fps = 0;
  set_frame_rate(camera, wanted->fps, 0, &fps, error);
  *configuration = (mio_configuration){
      .width = camera->width,
      .height = camera->height,
      .fps = fps,
      .format = MIO_FORMAT_MJPEG,
      .format_name = "MJPEG",
      .full_range = 1,
      .memory = "memfd",
      .buffer_count = (uint32_t)camera->count,
      .buffers = camera->buffers,
  };
  return 0;
}

static void controls(mio_camera *camera, void (*each)(void *context, const mio_control *control),
                     void *context) {
  (void)camera;
  (void)each;
  (void)context;
}

static int set_controls(mio_camera *camera, const mio_control_setting *settings, size_t count,
                        mio_error *error) {
  (void)camera;
  (void)settings;
  (void)count;
  (void)error;
  return 0;
}

static void metadata(mio_camera *camera,
                     void (*each)(void *context, const char *name, const mio_value *value),
                     void *context) {
  (void)camera;
  (void)each;
  (void)context;
}

static void *run(void *argument) {
  mio_camera *camera = argument;
  const int64_t period = (int64_t)(SECOND / camera->fps);
  const int64_t begin = now_ns(CLOCK_MONOTONIC) + period;
  for (int64_t tick = 0;; tick++) {
    const int64_t exposed = begin + tick * period;
    const struct timespec until = {exposed / SECOND, exposed % SECOND};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
    if (!camera->running) return NULL;
    const uint32_t index = (uint32_t)((size_t)tick % camera->count);
    // A sensor does not wait.
    if (atomic_exchange(&camera->lent[index], true)) continue;
    stamp_put(camera->memory + index * camera->bytes, (uint64_t)tick, (uint64_t)exposed / 1000);
    const mio_picture picture = {
        .buffer = index,
        .ok = 1,
        .sequence = (uint64_t)tick,
        .timestamp = exposed,
        .bytes_used = {camera->sizes[index]},
        .exposure = MIO_EXPOSURE_SETTLED,
    };
    camera->observer.completed(camera->observer.context, &picture);
  }
}

static int start_capture(mio_camera *camera, mio_error *error) {
  for (size_t i = 0; i < camera->count; i++) camera->lent[i] = false;
  camera->running = true;
  errno = pthread_create(&camera->thread, NULL, run, camera);
  if (errno == 0) return 0;
  camera->running = false;
  return fail(error, "no thread");
}

static void requeue(mio_camera *camera, uint32_t buffer) { camera->lent[buffer] = false; }
static void capture_still(mio_camera *camera) { (void)camera; }
static void capture_raw(mio_camera *camera, int32_t wanted) {
  (void)camera;
  (void)wanted;
}

static void stop_capture(mio_camera *camera) {
  if (atomic_exchange(&camera->running, false)) pthread_join(camera->thread, NULL);
}

__attribute__((visibility("default"))) const mio_backend *mio_backend_entry(void) {
  static const mio_backend table = {
      .abi = MIO_BACKEND_ABI,
      .name = "libcamera",
      .built_for = "0",
      .version = version,
      .start = start,
      .stop = stop,
      .list = list,
      .offers = offers,
      .open = open_camera,
      .configure = configure,
      .controls = controls,
      .set_controls = set_controls,
      .metadata = metadata,
      .set_frame_rate = set_frame_rate,
      .start_capture = start_capture,
      .requeue = requeue,
      .capture_still = capture_still,
      .capture_raw = capture_raw,
      .requeue_raw = requeue,
      .stop_capture = stop_capture,
      .close = close_camera,
  };
  return &table;
}
