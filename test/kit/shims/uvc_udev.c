// The functions of libudev that libcamera's device enumerator calls.
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "next.h"
#include "setting.h"
#include "uvc.h"

#define MAX_EVENTS 64

struct udev {
  int unused;
};
struct udev_monitor {
  int fd;
  bool enabled;
};
struct udev_list_entry {
  char name[64];
  struct udev_list_entry *next;
};
struct udev_enumerate {
  struct udev_list_entry *list;
};
struct udev_device {
  int camera;
  bool media;
  const char *action;
  char node[32];
};

struct event {
  int camera;
  bool media;
  const char *action;
};

static struct udev the_udev;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct udev_monitor *monitor;
static struct event events[MAX_EVENTS];
static int event_count;

void udev_event(int camera, bool media, const char *action) {
  uint64_t one = 1;
  pthread_mutex_lock(&lock);
  if (monitor && monitor->enabled && event_count < MAX_EVENTS) {
    events[event_count++] = (struct event){camera, media, action};
    if (write(monitor->fd, &one, sizeof one) < 0) perror("uvc shim: udev monitor");
  }
  pthread_mutex_unlock(&lock);
}

static struct udev_device *new_device(int camera, bool media, const char *action) {
  struct udev_device *device = calloc(1, sizeof *device);
  *device = (struct udev_device){.camera = camera, .media = media, .action = action};
  snprintf(device->node, sizeof device->node, "/dev/%s%d", media ? "media" : "video",
           FIRST_NODE + camera);
  return device;
}

// Without UVCSHIM_DIR there are no devices: a test never sees the machine's own webcam.
// UVCSHIM_NO_UDEV=1 is a machine without udev: CameraManager::start() fails there.
EXPORT struct udev *udev_new(void) {
  switchboard_on();
  return number_setting("UVCSHIM_NO_UDEV") != 0 ? NULL : &the_udev;
}

EXPORT struct udev *udev_unref(struct udev *udev) {
  (void)udev;
  return NULL;
}

// ---- monitor: hot-plug ----

EXPORT struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name) {
  (void)udev, (void)name;
  struct udev_monitor *made = calloc(1, sizeof *made);
  made->fd = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
  pthread_mutex_lock(&lock);
  monitor = made;
  event_count = 0;
  pthread_mutex_unlock(&lock);
  return made;
}

EXPORT int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *filtered,
                                                           const char *subsystem,
                                                           const char *type) {
  (void)filtered, (void)subsystem, (void)type;
  return 0;
}

EXPORT int udev_monitor_enable_receiving(struct udev_monitor *enabled) {
  enabled->enabled = true;
  return 0;
}

EXPORT int udev_monitor_get_fd(struct udev_monitor *asked) { return asked->fd; }

EXPORT struct udev_monitor *udev_monitor_unref(struct udev_monitor *released) {
  pthread_mutex_lock(&lock);
  if (monitor == released) monitor = NULL;
  pthread_mutex_unlock(&lock);
  close(released->fd);
  free(released);
  return NULL;
}

EXPORT struct udev_device *udev_monitor_receive_device(struct udev_monitor *receiving) {
  uint64_t count = 0;
  struct udev_device *device = NULL;
  if (read(receiving->fd, &count, sizeof count) != sizeof count) return NULL;
  pthread_mutex_lock(&lock);
  if (event_count > 0) {
    device = new_device(events[0].camera, events[0].media, events[0].action);
    memmove(events, events + 1, (size_t)--event_count * sizeof events[0]);
  }
  pthread_mutex_unlock(&lock);
  return device;
}

// ---- enumerate: what is there ----

EXPORT struct udev_enumerate *udev_enumerate_new(struct udev *udev) {
  (void)udev;
  return calloc(1, sizeof(struct udev_enumerate));
}

EXPORT int udev_enumerate_add_match_subsystem(struct udev_enumerate *enumerate, const char *name) {
  (void)enumerate, (void)name;
  return 0;
}

EXPORT int udev_enumerate_add_match_is_initialized(struct udev_enumerate *enumerate) {
  (void)enumerate;
  return 0;
}

static void add_entry(struct udev_enumerate *enumerate, int camera, const char *kind) {
  struct udev_list_entry *entry = calloc(1, sizeof *entry);
  snprintf(entry->name, sizeof entry->name, "/sys/uvcshim/%s%d", kind, camera);
  entry->next = enumerate->list;
  enumerate->list = entry;
}

EXPORT int udev_enumerate_scan_devices(struct udev_enumerate *enumerate) {
  for (int i = CAMERAS - 1; i >= 0; i--) {
    if (!cameras[i].present) continue;
    add_entry(enumerate, i, "video");
    add_entry(enumerate, i, "media");
  }
  return 0;
}

EXPORT struct udev_list_entry *udev_enumerate_get_list_entry(struct udev_enumerate *enumerate) {
  return enumerate->list;
}

EXPORT struct udev_list_entry *udev_list_entry_get_next(struct udev_list_entry *entry) {
  return entry->next;
}

EXPORT const char *udev_list_entry_get_name(struct udev_list_entry *entry) { return entry->name; }

EXPORT struct udev_enumerate *udev_enumerate_unref(struct udev_enumerate *enumerate) {
  while (enumerate->list) {
    struct udev_list_entry *entry = enumerate->list;
    enumerate->list = entry->next;
    free(entry);
  }
  free(enumerate);
  return NULL;
}

// ---- device ----

EXPORT struct udev_device *udev_device_new_from_syspath(struct udev *udev, const char *path) {
  (void)udev;
  int camera = 0;
  if (sscanf(path, "/sys/uvcshim/media%d", &camera) == 1) return new_device(camera, true, NULL);
  if (sscanf(path, "/sys/uvcshim/video%d", &camera) == 1) return new_device(camera, false, NULL);
  return NULL;
}

EXPORT struct udev_device *udev_device_new_from_devnum(struct udev *udev, char type, dev_t number) {
  (void)udev, (void)type;
  int camera = (int)minor(number) - FIRST_NODE;
  bool ours = major(number) == VIDEO_MAJOR && camera >= 0 && camera < CAMERAS;
  return ours ? new_device(camera, false, NULL) : NULL;
}

EXPORT const char *udev_device_get_subsystem(struct udev_device *device) {
  return device->media ? "media" : "video4linux";
}

EXPORT const char *udev_device_get_devnode(struct udev_device *device) { return device->node; }

EXPORT dev_t udev_device_get_devnum(struct udev_device *device) {
  return makedev(device->media ? MEDIA_MAJOR : VIDEO_MAJOR, FIRST_NODE + device->camera);
}

EXPORT const char *udev_device_get_action(struct udev_device *device) { return device->action; }

EXPORT struct udev_device *udev_device_unref(struct udev_device *device) {
  free(device);
  return NULL;
}
