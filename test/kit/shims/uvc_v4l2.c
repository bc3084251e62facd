// The ioctls of the video node, as a UVC webcam answers them.
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "uvc.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const uint32_t sizes[][2] = {{320, 240}, {640, 480}, {1280, 720}, {1920, 1080}};
static const uint32_t rates[] = {30, 15, 5};

#define INTEGER V4L2_CTRL_TYPE_INTEGER
#define MENU V4L2_CTRL_TYPE_MENU
const struct control controls[CONTROLS] = {
    {V4L2_CID_BRIGHTNESS, INTEGER, "Brightness", -64, 64, 1, 0},
    {V4L2_CID_CONTRAST, INTEGER, "Contrast", 0, 64, 1, 32},
    {V4L2_CID_SATURATION, INTEGER, "Saturation", 0, 128, 1, 64},
    {V4L2_CID_GAMMA, INTEGER, "Gamma", 72, 500, 1, 100},
    {V4L2_CID_GAIN, INTEGER, "Gain", 0, 100, 1, 0},
    {V4L2_CID_SHARPNESS, INTEGER, "Sharpness", 0, 6, 1, 3},
    {V4L2_CID_EXPOSURE_AUTO, MENU, "Auto Exposure", 0, 3, 1, 3},
    {V4L2_CID_EXPOSURE_ABSOLUTE, INTEGER, "Exposure Time, Absolute", 1, 5000, 1, 157},
};

static const struct {
  uint32_t fourcc, flags;
  const char *name;
  uint32_t line, halves;  // bytes a pixel of a line; size of the whole in halves of the lines
} formats[] = {
    {V4L2_PIX_FMT_MJPEG, V4L2_FMT_FLAG_COMPRESSED, "Motion-JPEG", 0, 0},
    {V4L2_PIX_FMT_YUYV, 0, "YUYV 4:2:2", 2, 2},
    {V4L2_PIX_FMT_NV12, 0, "Y/UV 4:2:0", 1, 3},
};

static uint32_t frame_bytes(const struct camera *camera) {
  return camera->width * camera->height * 2;
}

// ---- what the camera is and offers ----

static int query_capabilities(const struct camera *camera, struct v4l2_capability *capability) {
  *capability = (struct v4l2_capability){.driver = "uvcvideo", .version = 6 << 16 | 1 << 8};
  snprintf((char *)capability->card, sizeof capability->card, "Shim Webcam %d", camera->number);
  snprintf((char *)capability->bus_info, sizeof capability->bus_info, "usb-0000:00:14.0-%d",
           camera->number + 1);
  capability->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
  capability->capabilities = capability->device_caps | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

static int enumerate_format(struct v4l2_fmtdesc *format) {
  if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || format->index >= COUNT(formats))
    return fail(EINVAL);
  format->flags = formats[format->index].flags;
  format->pixelformat = formats[format->index].fourcc;
  snprintf((char *)format->description, sizeof format->description, "%s",
           formats[format->index].name);
  return 0;
}

static int enumerate_size(struct v4l2_frmsizeenum *size) {
  if (size->index >= COUNT(sizes)) return fail(EINVAL);
  size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
  size->discrete.width = sizes[size->index][0];
  size->discrete.height = sizes[size->index][1];
  return 0;
}

static int enumerate_interval(struct v4l2_frmivalenum *interval) {
  if (interval->index >= COUNT(rates)) return fail(EINVAL);
  interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
  interval->discrete = (struct v4l2_fract){1, rates[interval->index]};
  return 0;
}

// ---- format and rate ----

// The largest size that is not larger than the one asked for.
static void fit(struct v4l2_pix_format *format) {
  size_t best = 0;
  for (size_t i = 0; i < COUNT(sizes); i++) {
    if (sizes[i][0] <= format->width && sizes[i][1] <= format->height) best = i;
  }
  size_t kind = 0;
  for (size_t i = 0; i < COUNT(formats); i++) {
    if (formats[i].fourcc == format->pixelformat) kind = i;
  }
  bool video = formats[kind].fourcc == V4L2_PIX_FMT_NV12;
  format->width = sizes[best][0];
  format->height = sizes[best][1];
  format->pixelformat = formats[kind].fourcc;
  format->field = V4L2_FIELD_NONE;
  format->bytesperline = formats[kind].line * format->width;
  format->sizeimage = formats[kind].line == 0
                          ? format->width * format->height * 2
                          : format->bytesperline * format->height * formats[kind].halves / 2;
  // Of the second, the kernel's default is limited range.
  format->colorspace = video ? V4L2_COLORSPACE_SMPTE170M : V4L2_COLORSPACE_SRGB;
  format->ycbcr_enc = V4L2_YCBCR_ENC_601;
  format->xfer_func = V4L2_XFER_FUNC_DEFAULT;
  format->quantization = V4L2_QUANTIZATION_DEFAULT;
}

static int format(struct camera *camera, uint32_t request, struct v4l2_format *format) {
  struct v4l2_pix_format *pixels = &format->fmt.pix;
  if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fail(EINVAL);
  if (request == VIDIOC_G_FMT) {
    pixels->width = camera->width;
    pixels->height = camera->height;
    pixels->pixelformat = camera->fourcc;
  }
  fit(pixels);
  if (request != VIDIOC_S_FMT) return 0;
  if (camera->buffer_count > 0 || switchboard_has(camera, ".busy")) return fail(EBUSY);
  camera->width = pixels->width;
  camera->height = pixels->height;
  camera->fourcc = pixels->pixelformat;
  switchboard_log(camera, "S_FMT %ux%u %.4s\n", camera->width, camera->height,
                  (char *)&camera->fourcc);
  return 0;
}

static int parameters(struct camera *camera, uint32_t request, struct v4l2_streamparm *parameters) {
  struct v4l2_fract *interval = &parameters->parm.capture.timeperframe;
  if (request == VIDIOC_S_PARM && interval->numerator > 0) {
    uint32_t asked = interval->denominator / interval->numerator;
    size_t i = 0;
    while (i < COUNT(rates) - 1 && rates[i] > asked) i++;
    camera->fps = rates[i];
    switchboard_log(camera, "S_PARM %u -> %u\n", asked, camera->fps);
  }
  parameters->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
  *interval = (struct v4l2_fract){1, camera->fps};
  return 0;
}

// ---- controls ----

static int find_control(uint32_t id) {
  for (int i = 0; i < CONTROLS; i++) {
    if (controls[i].id == id) return i;
  }
  return -1;
}

static int find_next_control(uint32_t after) {
  int best = -1;
  for (int i = 0; i < CONTROLS; i++) {
    if (controls[i].id > after && (best < 0 || controls[i].id < controls[best].id)) best = i;
  }
  return best;
}

static int find_queried(uint32_t query) {
  uint32_t id = query & ~(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
  return query & V4L2_CTRL_FLAG_NEXT_CTRL ? find_next_control(id) : find_control(id);
}

static int query_control(struct v4l2_queryctrl *query) {
  int i = find_queried(query->id);
  if (i < 0) return fail(EINVAL);
  const struct control *control = &controls[i];
  *query = (struct v4l2_queryctrl){.id = control->id,
                                   .type = control->type,
                                   .minimum = control->min,
                                   .maximum = control->max,
                                   .step = control->step,
                                   .default_value = control->initial};
  snprintf((char *)query->name, sizeof query->name, "%s", control->name);
  return 0;
}

static int query_extended_control(struct v4l2_query_ext_ctrl *query) {
  int i = find_queried(query->id);
  if (i < 0) return fail(EINVAL);
  const struct control *control = &controls[i];
  *query = (struct v4l2_query_ext_ctrl){.id = control->id,
                                        .type = control->type,
                                        .minimum = control->min,
                                        .maximum = control->max,
                                        .step = (uint64_t)control->step,
                                        .default_value = control->initial,
                                        .elem_size = 4,
                                        .elems = 1};
  snprintf(query->name, sizeof query->name, "%s", control->name);
  return 0;
}

static int query_menu(struct v4l2_querymenu *menu) {
  bool known = menu->id == V4L2_CID_EXPOSURE_AUTO && (menu->index == 1 || menu->index == 3);
  if (!known) return fail(EINVAL);
  snprintf((char *)menu->name, sizeof menu->name, "%s",
           menu->index == 1 ? "Manual Mode" : "Aperture Priority Mode");
  return 0;
}

static int access_control(struct camera *camera, bool set, uint32_t id, int32_t *value) {
  int i = find_control(id);
  if (i < 0) return fail(EINVAL);
  if (!set) {
    *value = camera->values[i];
    return 0;
  }
  if (*value < controls[i].min || *value > controls[i].max) return fail(ERANGE);
  // As a webcam that exposes by itself.
  bool automatic = camera->values[find_control(V4L2_CID_EXPOSURE_AUTO)] != V4L2_EXPOSURE_MANUAL;
  if (id == V4L2_CID_EXPOSURE_ABSOLUTE && automatic) return fail(EACCES);
  camera->values[i] = *value;
  switchboard_log(camera, "S_CTRL %s %d\n", controls[i].name, *value);
  return 0;
}

static int extended_controls(struct camera *camera, uint32_t request,
                             struct v4l2_ext_controls *list) {
  // The kernel sets them in the order in which the device has them, wherever they stand in the
  // list.
  bool sets = request == VIDIOC_S_EXT_CTRLS;
  for (uint32_t i = 0; i < list->count && sets; i++) {
    if (list->controls[i].id != V4L2_CID_EXPOSURE_AUTO) continue;
    int32_t mode = list->controls[i].value;
    if (access_control(camera, true, V4L2_CID_EXPOSURE_AUTO, &mode) != 0) return -1;
  }
  for (uint32_t i = 0; i < list->count; i++) {
    struct v4l2_ext_control *entry = &list->controls[i];
    if (sets && entry->id == V4L2_CID_EXPOSURE_AUTO) continue;
    list->error_idx = i;
    if (request == VIDIOC_TRY_EXT_CTRLS) {
      if (find_control(entry->id) < 0) return fail(EINVAL);
      continue;
    }
    int32_t value = entry->value;  // the entry is packed: no pointer into it
    if (access_control(camera, sets, entry->id, &value) != 0) return -1;
    entry->value = value;
  }
  return 0;
}

// ---- buffers ----

static void describe(const struct camera *camera, struct v4l2_buffer *out) {
  const struct buffer *buffer = &camera->buffers[out->index];
  out->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  out->bytesused = buffer->used;
  out->flags = buffer->flags | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC |
               (buffer->queued ? V4L2_BUF_FLAG_QUEUED : 0) |
               (buffer->done ? V4L2_BUF_FLAG_DONE : 0);
  out->field = V4L2_FIELD_NONE;
  out->timestamp = buffer->timestamp;
  out->sequence = buffer->sequence;
  out->memory = camera->memory;
  out->length = frame_bytes(camera);
  if (camera->memory == V4L2_MEMORY_DMABUF) {
    out->m.fd = buffer->dmafd;
  } else {
    out->m.offset = out->index << 24;
  }
}

static int request_buffers(struct camera *camera, struct v4l2_requestbuffers *request) {
  bool known = request->memory == V4L2_MEMORY_MMAP || request->memory == V4L2_MEMORY_DMABUF;
  if (request->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || !known) return fail(EINVAL);
  request->capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_DMABUF |
                          V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS;
  if (camera->streaming || switchboard_has(camera, ".busy")) return fail(EBUSY);
  stream_free_buffers(camera);
  if (request->count > 0 && switchboard_has(camera, ".nomem")) return fail(ENOMEM);
  if (request->count > MAX_BUFFERS) request->count = MAX_BUFFERS;
  camera->memory = request->memory;
  for (uint32_t i = 0; i < request->count && request->memory == V4L2_MEMORY_MMAP; i++) {
    int fd = memfd_create("uvcshim", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (frame_bytes(camera) + 4095) & ~4095U) != 0) return -1;
    camera->buffers[i].memfd = fd;
  }
  camera->buffer_count = request->count;
  return 0;
}

static int query_buffer(const struct camera *camera, struct v4l2_buffer *buffer) {
  if (buffer->index >= camera->buffer_count) return fail(EINVAL);
  describe(camera, buffer);
  return 0;
}

static int export_buffer(const struct camera *camera, struct v4l2_exportbuffer *export) {
  bool known = export->index < camera->buffer_count && camera->memory == V4L2_MEMORY_MMAP;
  if (!known) return fail(EINVAL);
  export->fd = fcntl(camera->buffers[export->index].memfd, F_DUPFD_CLOEXEC, 0);
  return export->fd < 0 ? -1 : 0;
}

static int queue_buffer(struct camera *camera, struct v4l2_buffer *in) {
  pthread_mutex_lock(&camera->lock);
  struct buffer *buffer = in->index < camera->buffer_count ? &camera->buffers[in->index] : NULL;
  bool free_to_queue = buffer && !buffer->queued && !buffer->done;
  if (free_to_queue) {
    if (camera->memory == V4L2_MEMORY_DMABUF) buffer->dmafd = in->m.fd;
    buffer->queued = true;
    camera->waiting[camera->waiting_count++] = in->index;
    describe(camera, in);
  }
  pthread_mutex_unlock(&camera->lock);
  return free_to_queue ? 0 : fail(EINVAL);
}

static int dequeue_buffer(struct camera *camera, int fd, struct v4l2_buffer *out) {
  uint64_t count = 0;
  // EAGAIN, or waits, as the node was opened.
  if (read(fd, &count, sizeof count) != sizeof count) return -1;
  pthread_mutex_lock(&camera->lock);
  int error = camera->gone ? ENODEV : camera->finished_count == 0 ? EAGAIN : 0;
  if (!error) {
    out->index = camera->finished[0];
    memmove(camera->finished, camera->finished + 1,
            --camera->finished_count * sizeof camera->finished[0]);
    camera->buffers[out->index].done = false;
    describe(camera, out);
  }
  pthread_mutex_unlock(&camera->lock);
  return error ? fail(error) : 0;
}

static int stream_on(struct camera *camera, int fd) {
  if (camera->buffer_count == 0) return fail(EINVAL);
  if (camera->streaming) return 0;
  switchboard_log(camera, "STREAMON %ux%u %.4s %u fps\n", camera->width, camera->height,
                  (char *)&camera->fourcc, camera->fps);
  return stream_start(camera, fd);
}

static int stream_off(struct camera *camera) {
  if (camera->streaming) switchboard_log(camera, "STREAMOFF\n");
  stream_stop(camera);
  return 0;
}

int video_ioctl(struct camera *camera, int fd, uint32_t request, void *argument) {
  // DQBUF says so itself, after it has eaten the wake-up.
  if (camera->gone && request != VIDIOC_DQBUF) return fail(ENODEV);
  struct v4l2_control *control = argument;
  switch (request) {
    case VIDIOC_QUERYCAP:
      return query_capabilities(camera, argument);
    case VIDIOC_ENUM_FMT:
      return enumerate_format(argument);
    case VIDIOC_ENUM_FRAMESIZES:
      return enumerate_size(argument);
    case VIDIOC_ENUM_FRAMEINTERVALS:
      return enumerate_interval(argument);
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT:
      return format(camera, request, argument);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
      return parameters(camera, request, argument);
    case VIDIOC_QUERYCTRL:
      return query_control(argument);
    case VIDIOC_QUERY_EXT_CTRL:
      return query_extended_control(argument);
    case VIDIOC_QUERYMENU:
      return query_menu(argument);
    case VIDIOC_G_CTRL:
    case VIDIOC_S_CTRL:
      return access_control(camera, request == VIDIOC_S_CTRL, control->id, &control->value);
    case VIDIOC_G_EXT_CTRLS:
    case VIDIOC_S_EXT_CTRLS:
    case VIDIOC_TRY_EXT_CTRLS:
      return extended_controls(camera, request, argument);
    case VIDIOC_REQBUFS:
      return request_buffers(camera, argument);
    case VIDIOC_QUERYBUF:
      return query_buffer(camera, argument);
    case VIDIOC_EXPBUF:
      return export_buffer(camera, argument);
    case VIDIOC_QBUF:
      return queue_buffer(camera, argument);
    case VIDIOC_DQBUF:
      return dequeue_buffer(camera, fd, argument);
    case VIDIOC_STREAMON:
      return stream_on(camera, fd);
    case VIDIOC_STREAMOFF:
      return stream_off(camera);
    default:
      return fail(ENOTTY);
  }
}
