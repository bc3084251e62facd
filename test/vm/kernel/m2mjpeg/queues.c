// SPDX-License-Identifier: GPL-2.0
/* The two queues on the kernel's mem2mem framework, and the work that goes from one to the other.
 */
#include <linux/delay.h>
#include <media/v4l2-event.h>
#include <media/videobuf2-vmalloc.h>
#include "m2mjpeg.h"

static const struct v4l2_event end_of_stream = { .type = V4L2_EVENT_EOS };

/* Hung hardware does not mind being aborted. At most ten seconds, or nothing could be closed. */
enum { STALL_STEPS = 1000, STALL_STEP_MS = 10 };

static struct m2mjpeg_layout layout_of(const struct m2mjpeg_context *c, const u8 *in)
{
	struct m2mjpeg_layout l = { .limited = m2mjpeg_expand &&
					       c->quantization == V4L2_QUANTIZATION_LIM_RANGE };
	u32 luma = c->bytes_per_line * c->height;
	int i;

	for (i = 0; i < 3; i++) {
		l.p[i] = in;
		l.stride[i] = c->bytes_per_line;
		l.step[i] = 1;
	}
	switch (c->raw->fourcc) {
	case V4L2_PIX_FMT_YUV420:
	case V4L2_PIX_FMT_YVU420:
		i = c->raw->fourcc == V4L2_PIX_FMT_YVU420;
		l.stride[1] = l.stride[2] = c->bytes_per_line / 2;
		l.p[1 + i] = in + luma;
		l.p[2 - i] = in + luma + luma / 4;
		break;
	case V4L2_PIX_FMT_NV12:
	case V4L2_PIX_FMT_NV21:
		i = c->raw->fourcc == V4L2_PIX_FMT_NV21;
		l.step[1] = l.step[2] = 2;
		l.p[1 + i] = in + luma;
		l.p[2 - i] = in + luma + 1;
		break;
	case V4L2_PIX_FMT_YUYV:
	case V4L2_PIX_FMT_UYVY:
		i = c->raw->fourcc == V4L2_PIX_FMT_UYVY;
		l.all_lines = true;
		l.step[0] = 2;
		l.step[1] = l.step[2] = 4;
		l.p[0] = in + i;
		l.p[1] = in + 1 - i;
		l.p[2] = in + 3 - i;
		break;
	default:
		l.rgb = c->raw->fourcc == V4L2_PIX_FMT_RGB24 ? 1 : 2;
	}
	return l;
}

static int encode(struct m2mjpeg_context *c, struct vb2_buffer *source, struct vb2_buffer *to)
{
	const u8 *in = vb2_plane_vaddr(source, 0);
	u8 *out = vb2_plane_vaddr(to, 0);
	struct m2mjpeg_layout layout;
	int waited;

	for (waited = 0; m2mjpeg_stall && waited < STALL_STEPS; waited++)
		msleep(STALL_STEP_MS);
	if (m2mjpeg_delay_ms)
		msleep(m2mjpeg_delay_ms);
	c->pictures++;
	if (m2mjpeg_fail_every && c->pictures % m2mjpeg_fail_every == 0)
		return -EIO;
	if (!in || !out || !vb2_get_plane_payload(source, 0))
		return -EINVAL;
	layout = layout_of(c, in);
	return m2mjpeg_encode(&c->coder, &layout, c->crop_width, c->crop_height, c->quality, out,
			      vb2_plane_size(to, 0));
}

/* Towards the bitrate at the set rate of frames, a little with each picture. */
static void steer(struct m2mjpeg_context *c, int bytes)
{
	int want = div_u64((u64)c->bitrate / 8 * c->interval.numerator, c->interval.denominator);

	c->quality = clamp(c->quality + (bytes > want ? -2 : bytes < want / 10 * 9 ? 1 : 0), 5, 95);
}

void m2mjpeg_work(struct work_struct *work)
{
	struct m2mjpeg_context *c = container_of(work, struct m2mjpeg_context, work);
	struct v4l2_m2m_ctx *m2m = c->fh.m2m_ctx;
	struct vb2_v4l2_buffer *source = v4l2_m2m_src_buf_remove(m2m);
	struct vb2_v4l2_buffer *to = v4l2_m2m_dst_buf_remove(m2m);
	int length = encode(c, &source->vb2_buf, &to->vb2_buf);
	enum vb2_buffer_state state = length > 0 ? VB2_BUF_STATE_DONE : VB2_BUF_STATE_ERROR;

	if (length > 0 && c->device->role == ENCODE)
		steer(c, length);
	v4l2_m2m_buf_copy_metadata(source, to, true);
	source->sequence = c->sequence[0]++;
	to->sequence = c->sequence[1]++;
	to->field = V4L2_FIELD_NONE;
	to->flags |= V4L2_BUF_FLAG_KEYFRAME;
	vb2_set_plane_payload(&to->vb2_buf, 0, max(length, 0));
	if (v4l2_m2m_is_last_draining_src_buf(m2m, source)) {
		to->flags |= V4L2_BUF_FLAG_LAST;
		v4l2_m2m_mark_stopped(m2m);
		v4l2_event_queue_fh(&c->fh, &end_of_stream);
	}
	v4l2_m2m_buf_done(source, state);
	v4l2_m2m_buf_done(to, state);
	v4l2_m2m_job_finish(c->device->m2m, m2m);
}

static void device_run(void *context)
{
	struct m2mjpeg_context *c = context;

	queue_work(c->device->encoder, &c->work);
}

const struct v4l2_m2m_ops m2mjpeg_m2m_ops = { .device_run = device_run };

static u32 size_of(const struct m2mjpeg_context *c, u32 type)
{
	return V4L2_TYPE_IS_CAPTURE(type) ? c->coded_size : c->raw_size;
}

static int queue_setup(struct vb2_queue *queue, unsigned int *buffers, unsigned int *planes,
		       unsigned int sizes[], struct device *devices[])
{
	u32 size = size_of(vb2_get_drv_priv(queue), queue->type);

	if (*planes)
		return *planes != 1 || sizes[0] < size ? -EINVAL : 0;
	*planes = 1;
	sizes[0] = size;
	return 0;
}

static int buf_out_validate(struct vb2_buffer *buffer)
{
	to_vb2_v4l2_buffer(buffer)->field = V4L2_FIELD_NONE;
	return 0;
}

static int buf_prepare(struct vb2_buffer *buffer)
{
	struct m2mjpeg_context *c = vb2_get_drv_priv(buffer->vb2_queue);

	return vb2_plane_size(buffer, 0) < size_of(c, buffer->type) ? -EINVAL : 0;
}

static void buf_queue(struct vb2_buffer *buffer)
{
	struct vb2_v4l2_buffer *b = to_vb2_v4l2_buffer(buffer);
	struct m2mjpeg_context *c = vb2_get_drv_priv(buffer->vb2_queue);

	if (V4L2_TYPE_IS_CAPTURE(buffer->type) && vb2_is_streaming(buffer->vb2_queue) &&
	    v4l2_m2m_dst_buf_is_last(c->fh.m2m_ctx)) {
		vb2_set_plane_payload(buffer, 0, 0);
		b->field = V4L2_FIELD_NONE;
		b->sequence = c->sequence[1]++;
		v4l2_m2m_last_buffer_done(c->fh.m2m_ctx, b);
		v4l2_event_queue_fh(&c->fh, &end_of_stream);
		return;
	}
	v4l2_m2m_buf_queue(c->fh.m2m_ctx, b);
}

static int start_streaming(struct vb2_queue *queue, unsigned int count)
{
	struct m2mjpeg_context *c = vb2_get_drv_priv(queue);

	v4l2_m2m_update_start_streaming_state(c->fh.m2m_ctx, queue);
	c->sequence[V4L2_TYPE_IS_CAPTURE(queue->type)] = 0;
	return 0;
}

static void stop_streaming(struct vb2_queue *queue)
{
	struct m2mjpeg_context *c = vb2_get_drv_priv(queue);
	struct v4l2_m2m_ctx *m2m = c->fh.m2m_ctx;
	struct vb2_v4l2_buffer *b;

	while ((b = V4L2_TYPE_IS_OUTPUT(queue->type) ? v4l2_m2m_src_buf_remove(m2m)
						     : v4l2_m2m_dst_buf_remove(m2m)))
		v4l2_m2m_buf_done(b, VB2_BUF_STATE_ERROR);
	v4l2_m2m_update_stop_streaming_state(m2m, queue);
	if (V4L2_TYPE_IS_OUTPUT(queue->type) && v4l2_m2m_has_stopped(m2m))
		v4l2_event_queue_fh(&c->fh, &end_of_stream);
}

static const struct vb2_ops queue_ops = {
	.queue_setup = queue_setup,
	.buf_out_validate = buf_out_validate,
	.buf_prepare = buf_prepare,
	.buf_queue = buf_queue,
	.start_streaming = start_streaming,
	.stop_streaming = stop_streaming,
	.wait_prepare = vb2_ops_wait_prepare,
	.wait_finish = vb2_ops_wait_finish,
};

static int init_queue(struct m2mjpeg_context *c, struct vb2_queue *queue, u32 type, bool imports)
{
	queue->type = type;
	queue->io_modes = VB2_MMAP | (imports ? VB2_DMABUF : 0);
	queue->drv_priv = c;
	queue->ops = &queue_ops;
	queue->mem_ops = &vb2_vmalloc_memops;
	queue->buf_struct_size = sizeof(struct v4l2_m2m_buffer);
	queue->timestamp_flags = V4L2_BUF_FLAG_TIMESTAMP_COPY;
	queue->lock = &c->device->lock;
	queue->dev = c->device->v4l2.dev;
	return vb2_queue_init(queue);
}

int m2mjpeg_queue_init(void *context, struct vb2_queue *source, struct vb2_queue *destination)
{
	int error = init_queue(context, source, V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE, true);

	return error
		       ?: init_queue(context, destination, V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE,
				     !m2mjpeg_mmap_only);
}
