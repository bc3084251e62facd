// The ioctls of a mem2mem encoder other than those on buffers.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "m2m.h"

static int capabilities(const struct m2m_context *context, struct v4l2_capability *capability) {
  *capability = (struct v4l2_capability){
      .driver = "bcm2835-codec", .bus_info = "platform:bcm2835-codec", .version = 6 << 16 | 6 << 8};
  snprintf((char *)capability->card, sizeof capability->card, "%s", context->model->card);
  capability->device_caps =
      (context->multiplanar ? V4L2_CAP_VIDEO_M2M_MPLANE : V4L2_CAP_VIDEO_M2M) | V4L2_CAP_STREAMING;
  capability->capabilities = capability->device_caps | V4L2_CAP_DEVICE_CAPS;
  return 0;
}

static int enumerate_format(struct m2m_context *context, struct v4l2_fmtdesc *description) {
  const struct m2m_queue *queue = m2m_queue_of(context, description->type);
  if (!queue) return m2m_fail(EINVAL);
  uint32_t fourcc = 0;
  if (queue->coded) {
    fourcc = description->index == 0 ? context->model->coded : 0;
  } else if (!m2m_has(context->model, "no-raw")) {
    fourcc = m2m_raw_format(description->index, m2m_has(context->model, "separate"));
  }
  if (!fourcc) return m2m_fail(EINVAL);
  description->pixelformat = fourcc;
  description->flags = queue->coded ? V4L2_FMT_FLAG_COMPRESSED : 0;
  return 0;
}

static int enumerate_size(struct m2m_context *context, struct v4l2_frmsizeenum *size) {
  if (size->index > 0) return m2m_fail(EINVAL);
  bool small = m2m_has(context->model, "small");
  size->type = V4L2_FRMSIZE_TYPE_STEPWISE;
  size->stepwise =
      (struct v4l2_frmsize_stepwise){32, small ? 320 : 1920, 2, 32, small ? 240 : 1920, 2};
  return 0;
}

struct control {
  uint32_t id;
  int32_t minimum, maximum, step, initial;
};
static const struct control quality = {V4L2_CID_JPEG_COMPRESSION_QUALITY, 1, 100, 1, 80};
static const struct control bitrate = {V4L2_CID_MPEG_VIDEO_BITRATE, 25000, 25000000, 25000,
                                       10000000};

static const struct control *control_of(const struct m2m_context *context, uint32_t id) {
  const struct control *mine = context->model->by_quality ? &quality : &bitrate;
  return mine->id == id ? mine : NULL;
}

static int query_control(const struct m2m_context *context, struct v4l2_queryctrl *query) {
  const struct control *control = control_of(context, query->id);
  if (!control) return m2m_fail(EINVAL);
  query->type = V4L2_CTRL_TYPE_INTEGER;
  query->minimum = control->minimum;
  query->maximum = control->maximum;
  query->step = control->step;
  query->default_value = control->initial;
  query->flags = 0;
  return 0;
}

static int set_control(struct m2m_context *context, struct v4l2_control *setting) {
  const struct control *control = control_of(context, setting->id);
  if (!control) return m2m_fail(EINVAL);
  if (setting->value < control->minimum || setting->value > control->maximum)
    return m2m_fail(ERANGE);
  if (context->model->by_quality) {
    context->quality = setting->value;
  } else {
    context->bitrate = setting->value;
  }
  m2m_log("video%d S_CTRL %s %d\n", context->model->number,
          context->model->by_quality ? "quality" : "bitrate", setting->value);
  return 0;
}

static int set_rate(struct m2m_context *context, struct v4l2_streamparm *parameters) {
  struct v4l2_fract *interval = &parameters->parm.output.timeperframe;
  if (!V4L2_TYPE_IS_OUTPUT(parameters->type) || !interval->numerator || !interval->denominator) {
    return m2m_fail(EINVAL);
  }
  context->interval = *interval;
  parameters->parm.output.capability = V4L2_CAP_TIMEPERFRAME;
  m2m_log("video%d S_PARM %u/%u\n", context->model->number, interval->numerator,
          interval->denominator);
  return 0;
}

static int command(struct m2m_context *context, const struct v4l2_encoder_cmd *asked) {
  if (asked->cmd == V4L2_ENC_CMD_STOP) {
    context->draining = true;
  } else if (asked->cmd == V4L2_ENC_CMD_START) {
    context->draining = context->drained = false;
  } else {
    return m2m_fail(EINVAL);
  }
  pthread_cond_broadcast(&context->changed);
  return 0;
}

static int answer(struct m2m_context *context, uint32_t request, void *argument) {
  switch (request) {
    case VIDIOC_QUERYCAP:
      return capabilities(context, argument);
    case VIDIOC_ENUM_FMT:
      return enumerate_format(context, argument);
    case VIDIOC_ENUM_FRAMESIZES:
      return enumerate_size(context, argument);
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT:
      return m2m_format(context, request, argument);
    case VIDIOC_G_SELECTION:
    case VIDIOC_S_SELECTION:
      return m2m_selection(context, request, argument);
    case VIDIOC_QUERYCTRL:
      return query_control(context, argument);
    case VIDIOC_S_CTRL:
      return set_control(context, argument);
    case VIDIOC_S_PARM:
      return set_rate(context, argument);
    case VIDIOC_REQBUFS:
      return m2m_request(context, argument);
    case VIDIOC_QUERYBUF:
      return m2m_query(context, argument);
    case VIDIOC_QBUF:
      return m2m_enqueue(context, argument);
    case VIDIOC_DQBUF:
      return m2m_dequeue(context, argument);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
      return m2m_stream(context, *(uint32_t *)argument, request == VIDIOC_STREAMON);
    case VIDIOC_ENCODER_CMD:
      return command(context, argument);
    default:
      return m2m_fail(ENOTTY);
  }
}

int m2m_ioctl(struct m2m_context *context, uint32_t request, void *argument) {
  if (m2m_has(context->model, "gone")) return m2m_fail(ENODEV);
  pthread_mutex_lock(&context->lock);
  int result = answer(context, request, argument);
  // As a driver starts its hardware when both queues have a buffer, and not for each of them.
  bool start = request == VIDIOC_QBUF && m2m_has_work(context);
  pthread_mutex_unlock(&context->lock);
  if (start) pthread_cond_broadcast(&context->changed);
  return result;
}
