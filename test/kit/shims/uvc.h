// What the files of the webcam shim share. See uvc_switchboard.c for what it does.
#pragma once

#include <linux/videodev2.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define CAMERAS 4
#define FIRST_NODE 90  // /dev/video90 and /dev/media90 are camera 0
#define VIDEO_MAJOR 81
#define MEDIA_MAJOR 240
#define MAX_BUFFERS 32
#define MAX_PICTURES 64
#define CONTROLS 8

struct picture {
  uint8_t *data;
  size_t size;
  uint32_t fourcc, width, height;
};

struct buffer {
  int memfd, dmafd;
  bool queued, done;
  uint32_t used, sequence, flags;
  struct timeval timestamp;
};

struct control {
  uint32_t id, type;
  const char *name;
  int32_t min, max, step, initial;
};

struct camera {
  int number;
  pthread_mutex_t lock;
  pthread_cond_t stopping;
  bool present;  // plugged in
  bool gone;     // was unplugged after it was opened: every ioctl says ENODEV
  bool streaming;
  int event_fd;  // the video node that streams: an eventfd that counts finished buffers
  pthread_t thread;
  uint32_t width, height, fourcc, memory, fps, sequence;
  struct buffer buffers[MAX_BUFFERS];
  uint32_t buffer_count;
  uint32_t waiting[MAX_BUFFERS], waiting_count;    // queued, in order
  uint32_t finished[MAX_BUFFERS], finished_count;  // filled, in order
  struct picture pictures[MAX_PICTURES];
  size_t picture_count, next_picture;
  int32_t values[CONTROLS];
};

extern struct camera cameras[CAMERAS];
extern const struct control controls[CONTROLS];

// uvc_switchboard.c: true when UVCSHIM_DIR is set; the folder is being watched from then on.
bool switchboard_on(void);
// "<folder>/cam<n><suffix>"; false when there is no folder.
bool switchboard_path(const struct camera *camera, const char *suffix, char *path, size_t size);
bool switchboard_has(const struct camera *camera, const char *suffix);
// "<folder>/<name>"
void switchboard_file(const char *name, char *path, size_t size);
__attribute__((format(printf, 2, 3))) void switchboard_log(const struct camera *camera,
                                                           const char *format, ...);
// Opens a file past our own open().
int open_quietly(const char *path, int flags);

// uvc_udev.c
void udev_event(int camera, bool media, const char *action);

// uvc_stream.c
int stream_start(struct camera *camera, int fd);
void stream_stop(struct camera *camera);
void stream_free_buffers(struct camera *camera);
void stream_wake(struct camera *camera);

// uvc_v4l2.c, uvc_media.c
int video_ioctl(struct camera *camera, int fd, uint32_t request, void *argument);
int media_ioctl(const struct camera *camera, uint32_t request, void *argument);

// Sets errno. Returns -1.
int fail(int error);
