// Preloaded, it gives a machine the JPEG encoders of a Pi 4 as V4L2 mem2mem devices, as strict as
// the kernel's: states of buffers and queues, sizes, padding, DMABUF. They make real JPEGs with
// libjpeg-turbo.
//
//   /dev/video11  bcm2835-codec-encode        raw -> MJPG, by bitrate
//   /dev/video31  bcm2835-codec-encode_image  raw -> JPEG, by quality
//
//   M2MSHIM_DIR=FOLDER  without it there is nothing. Files in the folder are switches, looked for
//                       when they matter, so that a test turns them at any time:
//
//   video<n>.absent       no such device
//   video<n>.denied       open says EACCES
//   video<n>.gone         unplugged: ENODEV from now on, STREAMOFF too
//   video<n>.single       single-planar API
//   video<n>.separate     only formats with a memory plane for each plane (YM12, NM12)
//   video<n>.no-raw       no formats of ours
//   video<n>.small        sizes up to 320x240 only
//   video<n>.no-dmabuf    REQBUFS refuses DMABUF on the coded queue
//   video<n>.no-import    QBUF refuses DMABUF on the coded queue
//   video<n>.no-memory    REQBUFS says ENOMEM
//   video<n>.io-error     QBUF says EIO
//   video<n>.error        pictures end with V4L2_BUF_FLAG_ERROR (with a number N in the file: each
//                         Nth; also the next three)
//   video<n>.truncate     only half a JPEG
//   video<n>.empty        no bytes
//   video<n>.skip         no coded buffer at all
//   video<n>.stall        nothing completes while it is there, and STREAMOFF and close wait; for
//                         100 ms or the number in the file
//   video<n>.late         pictures are read, but no JPEG comes while it is there; as above
//   video<n>.delay        milliseconds for each picture
//   video<n>.header       the first buffer is garbage with timestamp 0
//   video<n>.no-huffman   no Huffman tables in the JPEGs
//   video<n>.no-expand    limited range goes into the JPEG as it is
//
//   M2MSHIM_SOCKET=PATH   the JPEGs are made by another process, see m2m_server.c
//   SHIMS_QUIET=1         when the process starts: no switches and no log, for measurements
//
//   log                   gets a line for each call, for each mapping of a memfd and for each
//                         DMA_BUF_IOCTL_SYNC. Memory is named by its inode, whichever descriptor it
//                         is reached by.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "m2m.h"
#include "next.h"
#include "setting.h"

static const struct m2m_model models[] = {
    {11, "bcm2835-codec-encode", V4L2_PIX_FMT_MJPEG, false, 64},
    {31, "bcm2835-codec-encode_image", V4L2_PIX_FMT_JPEG, true, 32},
};

int m2m_fail(int error) {
  errno = error;
  return -1;
}

static bool path_of(const char *name, char *path, size_t size) {
  char folder[400];
  if (!setting("M2MSHIM_DIR", folder, sizeof folder)) return false;
  return snprintf(path, size, "%s/%s", folder, name) < (int)size;
}

bool m2m_on(void) {
  char folder[400];
  return setting("M2MSHIM_DIR", folder, sizeof folder);
}

const struct m2m_model *m2m_find(int number) {
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    if (models[i].number == number) return m2m_has(&models[i], "absent") ? NULL : &models[i];
  }
  return NULL;
}

static bool switch_path(const struct m2m_model *model, const char *name, char *path, size_t size) {
  char file[64];
  snprintf(file, sizeof file, "video%d.%s", model->number, name);
  return path_of(file, path, size);
}

bool m2m_logs(void) { return !is_quiet() && m2m_on(); }

bool m2m_has(const struct m2m_model *model, const char *name) {
  char path[512];
  if (is_quiet()) return false;
  int before = errno;
  bool there = switch_path(model, name, path, sizeof path) && access(path, F_OK) == 0;
  errno = before;
  return there;
}

int m2m_number(const struct m2m_model *model, const char *name, int otherwise) {
  char path[512];
  char text[16] = "";
  if (!switch_path(model, name, path, sizeof path)) return otherwise;
  int fd = NEXT(open)(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return otherwise;
  ssize_t length = read(fd, text, sizeof text - 1);
  NEXT(close)(fd);
  return length > 0 ? atoi(text) : otherwise;
}

// One write with O_APPEND for each line, so that lines of several threads do not mix.
void m2m_log(const char *format, ...) {
  char path[512];
  char line[256];
  int before = errno;
  if (!is_quiet() && path_of("log", path, sizeof path)) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    int fd = NEXT(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd >= 0 && write(fd, line, (size_t)length) < 0) perror(path);
    if (fd >= 0) NEXT(close)(fd);
  }
  errno = before;
}
