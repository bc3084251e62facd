// Preloaded, it stands in for USB (UVC) webcams on a kernel without V4L2, media controller and
// udev. libcamera's own "uvcvideo" pipeline and device enumerator run unchanged on top of it:
// enumeration, MJPEG, controls, buffer states, hot-plug and hot-unplug. Plain V4L2 programs see
// /dev/video90.. too.
//
// UVCSHIM_DIR (made when missing) is the switchboard; camera N (0..3) is
//   camN           a file or folder of *.jpg: plugged in while it exists; its pictures are the
//                  frames, shown in turn (those of the stream's size, if there are any). In the
//                  folder, WIDTHxHEIGHT*.nv12 are the frames of a raw stream, in limited range
//   camN.fps       frames per second (default: what S_PARM asked for, else 30)
//   camN.stall     while it exists, no frames arrive
//   camN.error     while it exists, frames carry V4L2_BUF_FLAG_ERROR
//   camN.short     while it exists, only half of each JPEG's bytes arrive
//   camN.denied    while it exists, opening its nodes gives EACCES
//   camN.busy      while it exists, setting a format or asking for buffers gives EBUSY
//   camN.nomem     while it exists, asking for buffers gives ENOMEM
//   camN.log       what the shim was asked to do (formats, controls, streaming)
// Without UVCSHIM_DIR no camera is plugged in. The machine's own webcams are never seen.
// The folder is looked at every 20 ms. Make a camera elsewhere and rename it: then it is whole.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "setting.h"
#include "uvc.h"

struct camera cameras[CAMERAS];

static pthread_mutex_t folder_lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[256];

int fail(int error) {
  errno = error;
  return -1;
}

int open_quietly(const char *path, int flags) {
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0666);
}

void switchboard_file(const char *name, char *path, size_t size) {
  pthread_mutex_lock(&folder_lock);
  snprintf(path, size, "%s/%s", folder, name);
  pthread_mutex_unlock(&folder_lock);
}

bool switchboard_path(const struct camera *camera, const char *suffix, char *path, size_t size) {
  pthread_mutex_lock(&folder_lock);
  bool on = folder[0] != '\0';
  snprintf(path, size, "%s/cam%d%s", folder, camera->number, suffix);
  pthread_mutex_unlock(&folder_lock);
  return on;
}

bool switchboard_has(const struct camera *camera, const char *suffix) {
  char path[512];
  return switchboard_path(camera, suffix, path, sizeof path) && access(path, F_OK) == 0;
}

void switchboard_log(const struct camera *camera, const char *format, ...) {
  char path[512];
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (!switchboard_path(camera, ".log", path, sizeof path)) return;
  int fd = open_quietly(path, O_WRONLY | O_CREAT | O_APPEND);
  if (fd < 0) return;
  if (write(fd, line, (size_t)length) < 0) perror(path);
  close(fd);
}

// ---- the pictures ----

// Width and height from the JPEG's start-of-frame segment; 0 x 0 when there is none.
static void read_size(struct picture *picture) {
  const uint8_t *data = picture->data;
  size_t at = 2;
  while (at + 9 < picture->size && data[at] == 0xff) {
    uint8_t marker = data[at + 1];
    bool start_of_frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (start_of_frame) {
      picture->height = (uint32_t)data[at + 5] << 8 | data[at + 6];
      picture->width = (uint32_t)data[at + 7] << 8 | data[at + 8];
      return;
    }
    at += 2 + ((size_t)data[at + 2] << 8 | data[at + 3]);
  }
}

// Of a raw picture, from its file's name; false when it is none.
static bool read_raw_size(struct picture *picture, const char *path) {
  const char *name = strrchr(path, '/') + 1;
  const char *dot = strrchr(name, '.');
  return dot && strcmp(dot, ".nv12") == 0 &&
         sscanf(name, "%ux%u", &picture->width, &picture->height) == 2;
}

static void add_picture(struct camera *camera, const char *path) {
  struct stat status;
  int fd = open_quietly(path, O_RDONLY);
  if (fd < 0) return;
  bool room = camera->picture_count < MAX_PICTURES;
  if (room && fstat(fd, &status) == 0 && status.st_size > 0) {
    struct picture picture = {.data = malloc((size_t)status.st_size),
                              .size = (size_t)status.st_size};
    if (read(fd, picture.data, picture.size) == (ssize_t)picture.size) {
      bool raw = read_raw_size(&picture, path);
      picture.fourcc = raw ? V4L2_PIX_FMT_NV12 : V4L2_PIX_FMT_MJPEG;
      if (!raw) read_size(&picture);
      camera->pictures[camera->picture_count++] = picture;
    } else {
      free(picture.data);
    }
  }
  close(fd);
}

static int is_picture(const struct dirent *entry) {
  const char *dot = strrchr(entry->d_name, '.');
  return dot && (strcmp(dot, ".jpg") == 0 || strcmp(dot, ".nv12") == 0);
}

static void load_pictures(struct camera *camera) {
  char path[512];
  char file[1024];
  struct dirent **entries = NULL;
  for (size_t i = 0; i < camera->picture_count; i++) free(camera->pictures[i].data);
  camera->picture_count = camera->next_picture = 0;
  switchboard_path(camera, "", path, sizeof path);
  int count = scandir(path, &entries, is_picture, versionsort);
  if (count < 0) {
    add_picture(camera, path);
    return;
  }
  for (int i = 0; i < count; i++) {
    snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
    add_picture(camera, file);
    free(entries[i]);
  }
  free((void *)entries);
}

// ---- plugging in and out ----

static void look(struct camera *camera) {
  bool now = switchboard_has(camera, "");
  pthread_mutex_lock(&camera->lock);
  bool changed = now != camera->present;
  if (changed) {
    camera->present = now;
    if (now) {
      load_pictures(camera);
    } else {
      camera->gone = true;
      stream_wake(camera);
    }
  }
  pthread_mutex_unlock(&camera->lock);
  if (!changed) return;
  // The media device comes last and goes first.
  udev_event(camera->number, !now, now ? "add" : "remove");
  udev_event(camera->number, now, now ? "add" : "remove");
}

static void *watch(void *unused) {
  (void)unused;
  for (;;) {
    for (int i = 0; i < CAMERAS; i++) look(&cameras[i]);
    usleep(20000);
  }
  return NULL;
}

static void write_file(const char *name, const char *text) {
  char path[512];
  switchboard_file(name, path, sizeof path);
  int fd = open_quietly(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) perror(path);
  if (fd >= 0) close(fd);
}

static void make_folder(const char *name) {
  char path[512];
  switchboard_file(name, path, sizeof path);
  if (mkdir(path, 0755) != 0 && errno != EEXIST) perror(path);
}

// The part of sysfs that libcamera makes a webcam's id from.
static void make_sysfs(void) {
  char name[64];
  make_folder("");
  make_folder("sys");
  make_folder("sys/firmware_node");
  write_file("sys/firmware_node/path", "\\_SB_.PCI0.XHCI\n");
  for (int n = 1; n <= CAMERAS; n++) {
    snprintf(name, sizeof name, "sys/1-%d", n);
    make_folder(name);
    snprintf(name, sizeof name, "sys/1-%d/idVendor", n);
    write_file(name, "1d6b\n");
    snprintf(name, sizeof name, "sys/1-%d/idProduct", n);
    write_file(name, "0102\n");
    snprintf(name, sizeof name, "sys/1-%d/1-%d:1.0", n, n);
    make_folder(name);
  }
}

static void init_cameras(void) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  for (int i = 0; i < CAMERAS; i++) {
    struct camera *camera = &cameras[i];
    *camera = (struct camera){.number = i,
                              .event_fd = -1,
                              .width = 640,
                              .height = 480,
                              .fourcc = V4L2_PIX_FMT_MJPEG,
                              .fps = 30};
    pthread_mutex_init(&camera->lock, NULL);
    pthread_cond_init(&camera->stopping, &monotonic);
    for (int c = 0; c < CONTROLS; c++) camera->values[c] = controls[c].initial;
  }
}

bool switchboard_on(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static bool started;
  char wanted[sizeof folder];

  bool on = setting("UVCSHIM_DIR", wanted, sizeof wanted);
  pthread_mutex_lock(&lock);
  pthread_mutex_lock(&folder_lock);
  bool changed = strcmp(wanted, folder) != 0;
  if (changed) memcpy(folder, wanted, sizeof folder);
  pthread_mutex_unlock(&folder_lock);
  if (on && !started) init_cameras();
  if (on && changed) {
    make_sysfs();
    // What is plugged in now is seen now, not 20 ms later.
    for (int i = 0; i < CAMERAS; i++) look(&cameras[i]);
  }
  if (on && !started) {
    pthread_t thread = 0;
    pthread_create(&thread, NULL, watch, NULL);
    pthread_setname_np(thread, "uvcshim-plug");
    pthread_detach(thread);
    started = true;
  }
  pthread_mutex_unlock(&lock);
  return on;
}
