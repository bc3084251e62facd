/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the m2mjpeg driver share. See device.c for what it is. */
#ifndef M2MJPEG_H
#define M2MJPEG_H

#include <linux/mutex.h>
#include <linux/videodev2.h>
#include <linux/workqueue.h>
#include <media/v4l2-ctrls.h>
#include <media/v4l2-device.h>
#include <media/v4l2-fh.h>
#include <media/v4l2-mem2mem.h>

enum m2mjpeg_role { ENCODE, ENCODE_IMAGE, ROLES };

/* A raw format. One plane of memory holds all planes of a picture. */
struct m2mjpeg_raw {
	u32 fourcc;
	u8 depth;	 /* of the first plane, bits a pixel */
	u8 align[ROLES]; /* of a line, bytes */
	u8 halves;	 /* size of the whole in halves of the first plane */
};

/* One encoder: a platform device with a video device. Lives until its last file is closed. */
struct m2mjpeg_device {
	enum m2mjpeg_role role;
	struct v4l2_device v4l2;
	struct video_device video;
	struct v4l2_m2m_dev *m2m;
	struct workqueue_struct *encoder;
	struct mutex lock;
};

/* Of the JPEG that is being made. */
struct m2mjpeg_coder {
	u8 *p, *end;
	u64 bits;
	int bit_count;
	int dc[3];
	u8 table[2][64]; /* quantization, in raster order */
	u32 reciprocal[2][64];
};

/* An open file. */
struct m2mjpeg_context {
	struct v4l2_fh fh;
	struct m2mjpeg_device *device;
	struct v4l2_ctrl_handler controls;
	struct work_struct work;
	const struct m2mjpeg_raw *raw;
	u32 width, height;	     /* of the raw buffer */
	u32 crop_width, crop_height; /* the picture in it */
	u32 bytes_per_line, raw_size, coded_size;
	u32 coded_width, coded_height;
	u32 colorspace, transfer, ycbcr, quantization;
	struct v4l2_fract interval;
	int quality, bitrate;
	u32 sequence[2], pictures;
	struct m2mjpeg_coder coder;
};

/* Where each component of a pixel lies. */
struct m2mjpeg_layout {
	const u8 *p[3];
	int stride[3], step[3];
	bool all_lines; /* chroma has every line, as in 4:2:2; else every second */
	int rgb;	/* 1: R G B, 2: B G R */
	bool limited;	/* of range: 16-235, to be expanded */
};

/* Faults and features on demand, module parameters: device.c */
extern unsigned int m2mjpeg_delay_ms, m2mjpeg_fail_every;
extern bool m2mjpeg_stall, m2mjpeg_expand, m2mjpeg_mmap_only;

static inline struct m2mjpeg_context *m2mjpeg_context(struct file *file)
{
	return container_of(file->private_data, struct m2mjpeg_context, fh);
}

/* formats.c */
extern const struct v4l2_ioctl_ops m2mjpeg_ioctls;
void m2mjpeg_initial_formats(struct m2mjpeg_context *context);

/* queues.c */
extern const struct v4l2_m2m_ops m2mjpeg_m2m_ops;
int m2mjpeg_queue_init(void *context, struct vb2_queue *source, struct vb2_queue *destination);
void m2mjpeg_work(struct work_struct *work);

/* jpeg.c: a baseline 4:2:0 JPEG. Returns its bytes, or -ENOSPC. */
int m2mjpeg_encode(struct m2mjpeg_coder *coder, const struct m2mjpeg_layout *layout, int width,
		   int height, int quality, u8 *to, u32 room);

/* tables.c: ITU-T T.81, annex K. Huffman tables: 0 DC luma, 1 AC luma, 2 DC chroma, 3 AC chroma. */
extern const u8 m2mjpeg_zigzag[64];
extern const u8 m2mjpeg_quantization[2][64];
extern const u8 m2mjpeg_huffman_bits[4][16];
extern u16 m2mjpeg_huffman_code[4][256];
extern u8 m2mjpeg_huffman_length[4][256];
const u8 *m2mjpeg_huffman_values(int table);
void m2mjpeg_make_tables(void);

#endif
