// SPDX-License-Identifier: GPL-2.0
/* Formats, crop and rate as bcm2835-codec negotiates them. */
#include <media/v4l2-event.h>
#include <media/v4l2-ioctl.h>
#include "m2mjpeg.h"

enum { MIN_SIZE = 32, MAX_SIZE = 1920 };

static const struct m2mjpeg_raw raws[] = {
	{ V4L2_PIX_FMT_YUV420, 8, { 64, 32 }, 3 }, { V4L2_PIX_FMT_YVU420, 8, { 64, 32 }, 3 },
	{ V4L2_PIX_FMT_NV12, 8, { 32, 32 }, 3 },   { V4L2_PIX_FMT_NV21, 8, { 32, 32 }, 3 },
	{ V4L2_PIX_FMT_YUYV, 16, { 64, 64 }, 2 },  { V4L2_PIX_FMT_UYVY, 16, { 64, 64 }, 2 },
	{ V4L2_PIX_FMT_RGB24, 24, { 32, 32 }, 2 }, { V4L2_PIX_FMT_BGR24, 24, { 32, 32 }, 2 },
};
static const u32 coded[ROLES] = { V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_JPEG };

static const struct m2mjpeg_raw *find_raw(u32 fourcc)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(raws); i++)
		if (raws[i].fourcc == fourcc)
			return &raws[i];
	return NULL;
}

static u32 coded_size(enum m2mjpeg_role role, u32 width, u32 height)
{
	if (role == ENCODE_IMAGE)
		return 4096 << 10;
	return width * height > 1280 * 720 ? 768 << 10 : 512 << 10;
}

void m2mjpeg_initial_formats(struct m2mjpeg_context *c)
{
	c->raw = &raws[0];
	c->width = c->crop_width = c->coded_width = 640;
	c->height = c->crop_height = c->coded_height = 480;
	c->bytes_per_line = 640;
	c->raw_size = 640 * 480 * 3 / 2;
	c->coded_size = coded_size(c->device->role, 640, 480);
	c->colorspace = V4L2_COLORSPACE_SRGB;
	c->transfer = V4L2_XFER_FUNC_SRGB;
	c->ycbcr = V4L2_YCBCR_ENC_601;
	c->quantization = V4L2_QUANTIZATION_FULL_RANGE;
	c->interval = (struct v4l2_fract){ 1, 30 };
}

static int querycap(struct file *file, void *fh, struct v4l2_capability *capability)
{
	strscpy(capability->driver, "bcm2835-codec", sizeof(capability->driver));
	strscpy(capability->card, m2mjpeg_context(file)->device->video.name,
		sizeof(capability->card));
	strscpy(capability->bus_info, "platform:bcm2835-codec", sizeof(capability->bus_info));
	return 0;
}

static int enum_coded(struct file *file, void *fh, struct v4l2_fmtdesc *format)
{
	if (format->index)
		return -EINVAL;
	format->pixelformat = coded[m2mjpeg_context(file)->device->role];
	return 0;
}

static int enum_raw(struct file *file, void *fh, struct v4l2_fmtdesc *format)
{
	if (format->index >= ARRAY_SIZE(raws))
		return -EINVAL;
	format->pixelformat = raws[format->index].fourcc;
	return 0;
}

static int enum_sizes(struct file *file, void *fh, struct v4l2_frmsizeenum *size)
{
	u32 mine = coded[m2mjpeg_context(file)->device->role];

	if (size->index || (!find_raw(size->pixel_format) && size->pixel_format != mine))
		return -EINVAL;
	size->type = V4L2_FRMSIZE_TYPE_STEPWISE;
	size->stepwise =
		(struct v4l2_frmsize_stepwise){ MIN_SIZE, MAX_SIZE, 2, MIN_SIZE, MAX_SIZE, 2 };
	return 0;
}

static void clear_rest(struct v4l2_pix_format_mplane *m)
{
	m->num_planes = 1;
	m->field = V4L2_FIELD_NONE;
	m->flags = 0;
	memset(m->reserved, 0, sizeof(m->reserved));
	memset(m->plane_fmt[0].reserved, 0, sizeof(m->plane_fmt[0].reserved));
	m->width = clamp_t(u32, m->width, MIN_SIZE, MAX_SIZE);
	m->height = clamp_t(u32, m->height, MIN_SIZE, MAX_SIZE);
}

/* As JPEG defines them, whatever the raw picture has. */
static void jpeg_colours(struct v4l2_pix_format_mplane *m)
{
	m->colorspace = V4L2_COLORSPACE_SRGB;
	m->xfer_func = V4L2_XFER_FUNC_SRGB;
	m->ycbcr_enc = V4L2_YCBCR_ENC_601;
	m->quantization = V4L2_QUANTIZATION_FULL_RANGE;
}

static void raw_colours(const struct m2mjpeg_context *c, struct v4l2_pix_format_mplane *m)
{
	m->colorspace = c->colorspace;
	m->xfer_func = c->transfer;
	m->ycbcr_enc = c->ycbcr;
	m->quantization = c->quantization;
}

static int try_coded(struct file *file, void *fh, struct v4l2_format *format)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);
	struct v4l2_pix_format_mplane *m = &format->fmt.pix_mp;
	u32 least;

	clear_rest(m);
	jpeg_colours(m);
	m->pixelformat = coded[c->device->role];
	least = coded_size(c->device->role, m->width, m->height);
	m->plane_fmt[0].bytesperline = 0;
	m->plane_fmt[0].sizeimage = clamp_t(u32, m->plane_fmt[0].sizeimage, least, 16 << 20);
	return 0;
}

static int try_raw(struct file *file, void *fh, struct v4l2_format *format)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);
	struct v4l2_pix_format_mplane *m = &format->fmt.pix_mp;
	const struct m2mjpeg_raw *raw = find_raw(m->pixelformat) ?: &raws[0];
	u32 align = raw->align[c->device->role], wanted = m->plane_fmt[0].bytesperline;

	clear_rest(m);
	m->pixelformat = raw->fourcc;
	m->width = ALIGN(m->width, 2);
	/* Only the image encoder pads heights. */
	m->height = ALIGN(m->height, c->device->role == ENCODE_IMAGE ? 16 : 2);
	/* Longer lines than it needs are taken, up to twice the largest picture's. */
	m->plane_fmt[0].bytesperline = ALIGN(
		clamp(wanted, m->width * raw->depth / 8, 2U * MAX_SIZE * raw->depth / 8), align);
	m->plane_fmt[0].sizeimage = m->plane_fmt[0].bytesperline * m->height * raw->halves / 2;
	if (m->colorspace == V4L2_COLORSPACE_DEFAULT)
		raw_colours(c, m);
	return 0;
}

static int set_coded(struct file *file, void *fh, struct v4l2_format *format)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);

	if (vb2_is_busy(v4l2_m2m_get_vq(c->fh.m2m_ctx, format->type)))
		return -EBUSY;
	try_coded(file, fh, format);
	c->coded_width = format->fmt.pix_mp.width;
	c->coded_height = format->fmt.pix_mp.height;
	c->coded_size = format->fmt.pix_mp.plane_fmt[0].sizeimage;
	return 0;
}

static int set_raw(struct file *file, void *fh, struct v4l2_format *format)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);
	struct v4l2_pix_format_mplane *m = &format->fmt.pix_mp;
	u32 height = clamp_t(u32, m->height, MIN_SIZE, MAX_SIZE);

	if (vb2_is_busy(v4l2_m2m_get_vq(c->fh.m2m_ctx, format->type)))
		return -EBUSY;
	try_raw(file, fh, format);
	c->raw = find_raw(m->pixelformat);
	c->width = c->crop_width = c->coded_width = m->width;
	c->height = m->height;
	c->crop_height = c->coded_height = height;
	c->bytes_per_line = m->plane_fmt[0].bytesperline;
	c->raw_size = m->plane_fmt[0].sizeimage;
	c->coded_size = coded_size(c->device->role, m->width, height);
	c->colorspace = m->colorspace;
	c->transfer = m->xfer_func;
	c->ycbcr = m->ycbcr_enc;
	c->quantization = m->quantization;
	return 0;
}

static int get_coded(struct file *file, void *fh, struct v4l2_format *format)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);
	struct v4l2_pix_format_mplane *m = &format->fmt.pix_mp;

	memset(m, 0, sizeof(*m));
	m->width = c->coded_width;
	m->height = c->coded_height;
	clear_rest(m);
	jpeg_colours(m);
	m->pixelformat = coded[c->device->role];
	m->plane_fmt[0].sizeimage = c->coded_size;
	return 0;
}

static int get_raw(struct file *file, void *fh, struct v4l2_format *format)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);
	struct v4l2_pix_format_mplane *m = &format->fmt.pix_mp;

	memset(m, 0, sizeof(*m));
	m->width = c->width;
	m->height = c->height;
	clear_rest(m);
	raw_colours(c, m);
	m->pixelformat = c->raw->fourcc;
	m->plane_fmt[0].bytesperline = c->bytes_per_line;
	m->plane_fmt[0].sizeimage = c->raw_size;
	return 0;
}

static int get_selection(struct file *file, void *fh, struct v4l2_selection *selection)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);

	if (selection->type != V4L2_BUF_TYPE_VIDEO_OUTPUT)
		return -EINVAL;
	switch (selection->target) {
	case V4L2_SEL_TGT_CROP:
		selection->r = (struct v4l2_rect){ 0, 0, c->crop_width, c->crop_height };
		return 0;
	case V4L2_SEL_TGT_CROP_DEFAULT:
	case V4L2_SEL_TGT_CROP_BOUNDS:
		selection->r = (struct v4l2_rect){ 0, 0, c->width, c->height };
		return 0;
	}
	return -EINVAL;
}

static int set_selection(struct file *file, void *fh, struct v4l2_selection *selection)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);

	if (selection->type != V4L2_BUF_TYPE_VIDEO_OUTPUT || selection->target != V4L2_SEL_TGT_CROP)
		return -EINVAL;
	c->crop_width = clamp_t(u32, selection->r.width, MIN_SIZE, c->width);
	c->crop_height = clamp_t(u32, selection->r.height, MIN_SIZE, c->height);
	selection->r = (struct v4l2_rect){ 0, 0, c->crop_width, c->crop_height };
	return 0;
}

static int get_rate(struct file *file, void *fh, struct v4l2_streamparm *parameters)
{
	if (parameters->type != V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE)
		return -EINVAL;
	parameters->parm.output.capability = V4L2_CAP_TIMEPERFRAME;
	parameters->parm.output.timeperframe = m2mjpeg_context(file)->interval;
	return 0;
}

static int set_rate(struct file *file, void *fh, struct v4l2_streamparm *parameters)
{
	struct v4l2_fract *interval = &parameters->parm.output.timeperframe;

	if (parameters->type != V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE)
		return -EINVAL;
	if (!interval->numerator || !interval->denominator)
		*interval = (struct v4l2_fract){ 1, 30 };
	m2mjpeg_context(file)->interval = *interval;
	return get_rate(file, fh, parameters);
}

static int subscribe(struct v4l2_fh *fh, const struct v4l2_event_subscription *event)
{
	return event->type == V4L2_EVENT_EOS ? v4l2_event_subscribe(fh, event, 0, NULL)
					     : v4l2_ctrl_subscribe_event(fh, event);
}

const struct v4l2_ioctl_ops m2mjpeg_ioctls = {
	.vidioc_querycap = querycap,
	.vidioc_enum_fmt_vid_cap = enum_coded,
	.vidioc_enum_fmt_vid_out = enum_raw,
	.vidioc_enum_framesizes = enum_sizes,
	.vidioc_g_fmt_vid_cap_mplane = get_coded,
	.vidioc_g_fmt_vid_out_mplane = get_raw,
	.vidioc_s_fmt_vid_cap_mplane = set_coded,
	.vidioc_s_fmt_vid_out_mplane = set_raw,
	.vidioc_try_fmt_vid_cap_mplane = try_coded,
	.vidioc_try_fmt_vid_out_mplane = try_raw,
	.vidioc_g_selection = get_selection,
	.vidioc_s_selection = set_selection,
	.vidioc_g_parm = get_rate,
	.vidioc_s_parm = set_rate,
	.vidioc_reqbufs = v4l2_m2m_ioctl_reqbufs,
	.vidioc_querybuf = v4l2_m2m_ioctl_querybuf,
	.vidioc_qbuf = v4l2_m2m_ioctl_qbuf,
	.vidioc_dqbuf = v4l2_m2m_ioctl_dqbuf,
	.vidioc_prepare_buf = v4l2_m2m_ioctl_prepare_buf,
	.vidioc_create_bufs = v4l2_m2m_ioctl_create_bufs,
	.vidioc_expbuf = v4l2_m2m_ioctl_expbuf,
	.vidioc_streamon = v4l2_m2m_ioctl_streamon,
	.vidioc_streamoff = v4l2_m2m_ioctl_streamoff,
	.vidioc_try_encoder_cmd = v4l2_m2m_ioctl_try_encoder_cmd,
	.vidioc_encoder_cmd = v4l2_m2m_ioctl_encoder_cmd,
	.vidioc_subscribe_event = subscribe,
	.vidioc_unsubscribe_event = v4l2_event_unsubscribe,
};
