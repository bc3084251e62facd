// Formats as bcm2835-codec negotiates them: line lengths padded, the image encoder's raw heights
// padded to 16 lines with the active size kept as the crop, 32x32 to 1920x1920.
#include <errno.h>
#include <string.h>

#include "m2m.h"

static uint32_t align(uint32_t value, uint32_t to) { return (value + to - 1) / to * to; }
static uint32_t clamp(uint32_t v, uint32_t low, uint32_t high) {
  return v < low ? low : v > high ? high : v;
}

static uint32_t coded_bytes(const struct m2m_context *context, uint32_t width, uint32_t height,
                            uint32_t wanted) {
  uint32_t least = context->model->by_quality    ? 4096 << 10
                   : width * height > 1280 * 720 ? 768 << 10
                                                 : 512 << 10;
  return wanted > least ? wanted : least;
}

// What single-planar and multi-planar formats have in common.
struct format {
  uint32_t width, height, fourcc, stride, bytes;
  uint32_t colorspace, quantization, ycbcr, transfer;
};

static void adjust(const struct m2m_context *context, bool coded, struct format *f) {
  f->width = clamp(f->width, 32, 1920);
  f->height = clamp(f->height, 32, 1920);
  if (coded) {
    f->fourcc = context->model->coded;
    f->stride = 0;
    f->bytes = coded_bytes(context, f->width, f->height, f->bytes);
    return;
  }
  bool separate = m2m_has(context->model, "separate");
  if (!m2m_known_format(f->fourcc, separate)) f->fourcc = m2m_raw_format(0, separate);
  uint32_t alignment = m2m_semi_planar(f->fourcc) ? 32 : context->model->planar_alignment;
  f->width = align(f->width, 2);
  f->height = align(f->height, context->model->by_quality ? 16 : 2);
  uint32_t least = align(f->width, alignment);
  f->stride = align(f->stride < least ? least : f->stride, alignment);
  f->bytes = f->stride * f->height * (separate ? 2 : 3) / 2;
}

static uint32_t planes_of(uint32_t fourcc) {
  return !m2m_separate(fourcc) ? 1 : m2m_semi_planar(fourcc) ? 2 : 3;
}

static struct format read_format(const struct v4l2_format *from) {
  const struct v4l2_pix_format_mplane *m = &from->fmt.pix_mp;
  const struct v4l2_pix_format *s = &from->fmt.pix;
  if (V4L2_TYPE_IS_MULTIPLANAR(from->type)) {
    return (struct format){m->width,
                           m->height,
                           m->pixelformat,
                           m->plane_fmt[0].bytesperline,
                           m->plane_fmt[0].sizeimage,
                           m->colorspace,
                           m->quantization,
                           m->ycbcr_enc,
                           m->xfer_func};
  }
  // As the kernel does it: what came later into the structure counts only with this.
  if (s->priv != V4L2_PIX_FMT_PRIV_MAGIC) {
    return (struct format){
        s->width, s->height, s->pixelformat, s->bytesperline, s->sizeimage, s->colorspace, 0, 0, 0};
  }
  return (struct format){s->width,        s->height,    s->pixelformat,
                         s->bytesperline, s->sizeimage, s->colorspace,
                         s->quantization, s->ycbcr_enc, s->xfer_func};
}

static void write_format(struct v4l2_format *to, const struct format *f) {
  uint32_t type = to->type;
  memset(to, 0, sizeof *to);
  to->type = type;
  if (V4L2_TYPE_IS_MULTIPLANAR(type)) {
    struct v4l2_pix_format_mplane *m = &to->fmt.pix_mp;
    m->width = f->width;
    m->height = f->height;
    m->pixelformat = f->fourcc;
    m->field = V4L2_FIELD_NONE;
    m->num_planes = (uint8_t)planes_of(f->fourcc);
    for (uint32_t i = 0; i < m->num_planes; i++) {
      bool half = i > 0 && !m2m_semi_planar(f->fourcc);
      m->plane_fmt[i].bytesperline = half ? f->stride / 2 : f->stride;
      m->plane_fmt[i].sizeimage = m->num_planes == 1
                                      ? f->bytes
                                      : m->plane_fmt[i].bytesperline * f->height / (i > 0 ? 2 : 1);
    }
    m->colorspace = f->colorspace;
    m->quantization = (uint8_t)f->quantization;
    m->ycbcr_enc = (uint8_t)f->ycbcr;
    m->xfer_func = (uint8_t)f->transfer;
    return;
  }
  struct v4l2_pix_format *s = &to->fmt.pix;
  s->width = f->width;
  s->height = f->height;
  s->pixelformat = f->fourcc;
  s->field = V4L2_FIELD_NONE;
  s->bytesperline = f->stride;
  s->sizeimage = f->bytes;
  s->colorspace = f->colorspace;
  s->quantization = f->quantization;
  s->ycbcr_enc = f->ycbcr;
  s->xfer_func = f->transfer;
}

static void set_sizes(struct m2m_context *context) {
  struct m2m_queue *raw = &context->raw;
  raw->planes = planes_of(context->raw_fourcc);
  uint32_t luma = context->stride * context->height;
  if (raw->planes == 1) raw->sizes[0] = luma * 3 / 2;
  if (raw->planes == 2) raw->sizes[0] = luma, raw->sizes[1] = luma / 2;
  if (raw->planes == 3) raw->sizes[0] = luma, raw->sizes[1] = raw->sizes[2] = luma / 4;
  context->coded.planes = 1;
  context->coded.sizes[0] = context->coded_bytes;
}

void m2m_initial_formats(struct m2m_context *context) {
  context->raw_fourcc = m2m_raw_format(0, m2m_has(context->model, "separate"));
  context->width = context->stride = context->crop_width = 640;
  context->height = context->crop_height = 480;
  context->coded_bytes = coded_bytes(context, 640, 480, 0);
  context->colorspace = V4L2_COLORSPACE_JPEG;
  context->quality = context->steered = 80;
  context->bitrate = 10000000;
  context->interval = (struct v4l2_fract){1, 30};
  set_sizes(context);
}

int m2m_format(struct m2m_context *context, uint32_t request, struct v4l2_format *format) {
  struct m2m_queue *queue = m2m_queue_of(context, format->type);
  if (!queue) return m2m_fail(EINVAL);
  if (request == VIDIOC_G_FMT) {
    struct format now = {context->width,        context->height,       context->raw_fourcc,
                         context->stride,       context->raw.sizes[0], context->colorspace,
                         context->quantization, context->ycbcr,        context->transfer};
    if (queue->coded) {
      now.fourcc = context->model->coded;
      now.stride = 0;
      now.bytes = context->coded_bytes;
      now.width = context->crop_width;
      now.height = context->crop_height;
    }
    write_format(format, &now);
    return 0;
  }
  struct format wanted = read_format(format);
  uint32_t height = clamp(wanted.height, 32, 1920);
  adjust(context, queue->coded, &wanted);
  write_format(format, &wanted);
  if (request == VIDIOC_TRY_FMT) return 0;
  if (queue->count > 0) return m2m_fail(EBUSY);
  if (queue->coded) {
    context->coded_bytes = wanted.bytes;
  } else {
    context->raw_fourcc = wanted.fourcc;
    context->width = context->crop_width = wanted.width;
    context->height = wanted.height;
    context->crop_height = height;
    context->stride = wanted.stride;
    context->colorspace = wanted.colorspace;
    context->quantization = wanted.quantization;
    context->ycbcr = wanted.ycbcr;
    context->transfer = wanted.transfer;
    context->coded_bytes = coded_bytes(context, wanted.width, height, 0);
  }
  set_sizes(context);
  m2m_log("video%d S_FMT %s %ux%u %.4s stride %u bytes %u quantization %u\n",
          context->model->number, queue->coded ? "coded" : "raw", wanted.width, wanted.height,
          (char *)&wanted.fourcc, wanted.stride, wanted.bytes, wanted.quantization);
  return 0;
}

int m2m_selection(struct m2m_context *context, uint32_t request, struct v4l2_selection *selection) {
  if (selection->type != V4L2_BUF_TYPE_VIDEO_OUTPUT || selection->target != V4L2_SEL_TGT_CROP) {
    return m2m_fail(EINVAL);
  }
  if (request == VIDIOC_S_SELECTION) {
    context->crop_width = clamp(selection->r.width, 32, context->width);
    context->crop_height = clamp(selection->r.height, 32, context->height);
    m2m_log("video%d S_SELECTION %ux%u\n", context->model->number, context->crop_width,
            context->crop_height);
  }
  selection->r = (struct v4l2_rect){0, 0, context->crop_width, context->crop_height};
  return 0;
}
