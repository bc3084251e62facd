// SPDX-License-Identifier: GPL-2.0
/*
 * m2mjpeg: a V4L2 mem2mem JPEG encoder in software, for tests.
 *
 * Stands in for the Raspberry Pi's bcm2835-codec encoders, which no emulator has:
 *   /dev/video11  bcm2835-codec-encode        raw -> MJPG, controlled by bitrate
 *   /dev/video31  bcm2835-codec-encode_image  raw -> JPEG, controlled by quality
 * As there: multi-planar API with one plane, lines padded to 32 or 64 bytes, heights of the image
 * encoder's raw buffers padded to 16 lines with the picture as the crop, 32x32 to 1920x1920, coded
 * buffers of 512 KiB, 768 KiB or 4 MiB, MMAP and DMABUF on both queues, asynchronous completion.
 * The JPEGs are real. The shape was taken from reading Raspberry Pi's driver; it was not compared
 * with a real Pi.
 *
 * Each encoder is a platform device of its own: `echo bcm2835-codec.0 > unbind` in
 * /sys/bus/platform/drivers/bcm2835-codec takes /dev/video11 away while it is in use, .1 the other.
 *
 * /sys/module/m2mjpeg/parameters: faults (delay_ms, fail_every, stall) and features (expand,
 * mmap_only: for files opened from then on).
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <media/v4l2-event.h>
#include <media/v4l2-ioctl.h>
#include "m2mjpeg.h"

#define NAME "bcm2835-codec"

static const int numbers[ROLES] = { 11, 31 };
static const char *const names[ROLES] = { NAME "-encode", NAME "-encode_image" };
static struct platform_device *devices[ROLES];

unsigned int m2mjpeg_delay_ms, m2mjpeg_fail_every;
bool m2mjpeg_stall, m2mjpeg_expand = true, m2mjpeg_mmap_only;
module_param_named(delay_ms, m2mjpeg_delay_ms, uint, 0644);
MODULE_PARM_DESC(delay_ms, "extra time for each picture");
module_param_named(fail_every, m2mjpeg_fail_every, uint, 0644);
MODULE_PARM_DESC(fail_every, "every Nth picture ends in error");
module_param_named(stall, m2mjpeg_stall, bool, 0644);
MODULE_PARM_DESC(stall, "pictures do not complete while set, for ten seconds at most");
module_param_named(expand, m2mjpeg_expand, bool, 0644);
MODULE_PARM_DESC(expand, "limited range is expanded to JPEG's full range");
module_param_named(mmap_only, m2mjpeg_mmap_only, bool, 0644);
MODULE_PARM_DESC(mmap_only, "coded buffers are the driver's own, DMABUF is refused");

static int set_control(struct v4l2_ctrl *control)
{
	struct m2mjpeg_context *c =
		container_of(control->handler, struct m2mjpeg_context, controls);

	if (control->id == V4L2_CID_JPEG_COMPRESSION_QUALITY)
		c->quality = control->val;
	else if (control->id == V4L2_CID_MPEG_VIDEO_BITRATE)
		c->bitrate = control->val;
	return 0;
}

static const struct v4l2_ctrl_ops control_ops = { .s_ctrl = set_control };

static int add_controls(struct m2mjpeg_context *c)
{
	struct v4l2_ctrl_handler *handler = &c->controls;

	v4l2_ctrl_handler_init(handler, 2);
	if (c->device->role == ENCODE_IMAGE) {
		v4l2_ctrl_new_std(handler, &control_ops, V4L2_CID_JPEG_COMPRESSION_QUALITY, 1, 100,
				  1, 80);
	} else {
		v4l2_ctrl_new_std_menu(handler, &control_ops, V4L2_CID_MPEG_VIDEO_BITRATE_MODE,
				       V4L2_MPEG_VIDEO_BITRATE_MODE_CBR, 0,
				       V4L2_MPEG_VIDEO_BITRATE_MODE_VBR);
		v4l2_ctrl_new_std(handler, &control_ops, V4L2_CID_MPEG_VIDEO_BITRATE, 25000,
				  25000000, 25000, 10000000);
	}
	return handler->error ?: v4l2_ctrl_handler_setup(handler);
}

static int open_file(struct file *file)
{
	struct m2mjpeg_device *device = video_drvdata(file);
	struct m2mjpeg_context *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int error;

	if (!c)
		return -ENOMEM;
	c->device = device;
	c->quality = 80;
	INIT_WORK(&c->work, m2mjpeg_work);
	m2mjpeg_initial_formats(c);
	v4l2_fh_init(&c->fh, &device->video);
	file->private_data = &c->fh;
	error = add_controls(c);
	if (!error) {
		c->fh.ctrl_handler = &c->controls;
		c->fh.m2m_ctx = v4l2_m2m_ctx_init(device->m2m, c, m2mjpeg_queue_init);
		error = PTR_ERR_OR_ZERO(c->fh.m2m_ctx);
	}
	if (error) {
		v4l2_ctrl_handler_free(&c->controls);
		v4l2_fh_exit(&c->fh);
		kfree(c);
		return error;
	}
	v4l2_fh_add(&c->fh);
	return 0;
}

static int release_file(struct file *file)
{
	struct m2mjpeg_context *c = m2mjpeg_context(file);

	/* Waits for a picture that is being encoded, whether or not the device is still bound. */
	mutex_lock(&c->device->lock);
	v4l2_m2m_ctx_release(c->fh.m2m_ctx);
	mutex_unlock(&c->device->lock);
	cancel_work_sync(&c->work);
	v4l2_fh_del(&c->fh);
	v4l2_fh_exit(&c->fh);
	v4l2_ctrl_handler_free(&c->controls);
	kfree(c);
	return 0;
}

static const struct v4l2_file_operations file_ops = {
	.owner = THIS_MODULE,
	.open = open_file,
	.release = release_file,
	.poll = v4l2_m2m_fop_poll,
	.unlocked_ioctl = video_ioctl2,
	.mmap = v4l2_m2m_fop_mmap,
};

static void release_device(struct v4l2_device *v4l2)
{
	struct m2mjpeg_device *device = container_of(v4l2, struct m2mjpeg_device, v4l2);

	v4l2_device_unregister(v4l2);
	destroy_workqueue(device->encoder);
	v4l2_m2m_release(device->m2m);
	kfree(device);
}

static int probe(struct platform_device *platform)
{
	struct m2mjpeg_device *device = kzalloc(sizeof(*device), GFP_KERNEL);
	struct video_device *video;
	int error;

	if (!device)
		return -ENOMEM;
	device->role = platform->id;
	mutex_init(&device->lock);
	dma_coerce_mask_and_coherent(&platform->dev, DMA_BIT_MASK(32));
	device->encoder = alloc_workqueue("m2mjpeg", WQ_UNBOUND, 0);
	device->m2m = v4l2_m2m_init(&m2mjpeg_m2m_ops);
	error = !device->encoder ? -ENOMEM : PTR_ERR_OR_ZERO(device->m2m);
	if (!error)
		error = v4l2_device_register(&platform->dev, &device->v4l2);
	if (error) {
		if (!IS_ERR_OR_NULL(device->m2m))
			v4l2_m2m_release(device->m2m);
		if (device->encoder)
			destroy_workqueue(device->encoder);
		kfree(device);
		return error;
	}
	device->v4l2.release = release_device;
	video = &device->video;
	strscpy(video->name, names[device->role], sizeof(video->name));
	video->fops = &file_ops;
	video->ioctl_ops = &m2mjpeg_ioctls;
	video->release = video_device_release_empty;
	video->v4l2_dev = &device->v4l2;
	video->vfl_dir = VFL_DIR_M2M;
	video->lock = &device->lock;
	video->device_caps = V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING;
	video_set_drvdata(video, device);
	platform_set_drvdata(platform, device);
	error = video_register_device(video, VFL_TYPE_VIDEO, numbers[device->role]);
	if (error)
		v4l2_device_put(&device->v4l2);
	return error;
}

static void remove(struct platform_device *platform)
{
	struct m2mjpeg_device *device = platform_get_drvdata(platform);

	video_unregister_device(&device->video);
	/* Open files keep it until they are closed. */
	v4l2_device_put(&device->v4l2);
}

static struct platform_driver driver = {
	.driver = { .name = NAME },
	.probe = probe,
	.remove_new = remove,
};

static void m2mjpeg_exit(void)
{
	int i;

	for (i = 0; i < ROLES; i++)
		if (!IS_ERR_OR_NULL(devices[i]))
			platform_device_unregister(devices[i]);
	platform_driver_unregister(&driver);
}

static int __init m2mjpeg_init(void)
{
	int i, error;

	m2mjpeg_make_tables();
	error = platform_driver_register(&driver);
	if (error)
		return error;
	for (i = 0; i < ROLES && !error; i++) {
		devices[i] = platform_device_register_simple(NAME, i, NULL, 0);
		error = PTR_ERR_OR_ZERO(devices[i]);
	}
	if (error)
		m2mjpeg_exit();
	return error;
}

module_init(m2mjpeg_init);
module_exit(m2mjpeg_exit);
MODULE_DESCRIPTION("Test stand-in for the bcm2835-codec JPEG encoders");
MODULE_LICENSE("GPL");
