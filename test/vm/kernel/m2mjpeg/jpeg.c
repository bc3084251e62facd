// SPDX-License-Identifier: GPL-2.0
/* A small baseline JPEG encoder: 4:2:0, standard Huffman tables, no floating point. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "m2mjpeg.h"

/* 0.5 * cos((2j + 1) k pi / 16) * 8192, with row 0 divided by sqrt 2; the right half mirrors it. */
static const s16 dct[8][4] = {
	{ 2896, 2896, 2896, 2896 },   { 4017, 3406, 2276, 799 },    { 3784, 1567, -1567, -3784 },
	{ 3406, -799, -4017, -2276 }, { 2896, -2896, -2896, 2896 }, { 2276, -4017, 799, 3406 },
	{ 1567, -3784, 3784, -1567 }, { 799, -2276, 3406, -4017 },
};

static void put(struct m2mjpeg_coder *c, u32 value, int bits)
{
	c->bits = c->bits << bits | value;
	for (c->bit_count += bits; c->bit_count >= 8; c->bit_count -= 8) {
		u8 byte = c->bits >> (c->bit_count - 8);

		if (c->p + 2 > c->end)
			continue;
		*c->p++ = byte;
		if (byte == 0xff)
			*c->p++ = 0;
	}
}

static void put_code(struct m2mjpeg_coder *c, int table, u8 symbol)
{
	put(c, m2mjpeg_huffman_code[table][symbol], m2mjpeg_huffman_length[table][symbol]);
}

static void put_value(struct m2mjpeg_coder *c, int table, int run, int value)
{
	int bits = fls(abs(value));

	put_code(c, table, run << 4 | bits);
	if (bits)
		put(c, (value < 0 ? value - 1 : value) & ((1 << bits) - 1), bits);
}

/* Both passes fold the mirrored halves first: four multiplications a coefficient. */
static void transform(const u8 *from, int stride, int step, const u32 *reciprocal, s16 *to)
{
	int rows[64], i, j, k;

	for (i = 0; i < 8; i++, from += stride) {
		int half[2][4];

		for (j = 0; j < 4; j++) {
			int left = from[j * step] - 128, right = from[(7 - j) * step] - 128;

			half[0][j] = left + right;
			half[1][j] = left - right;
		}
		for (k = 0; k < 8; k++) {
			const int *h = half[k & 1];

			rows[i * 8 + k] = (h[0] * dct[k][0] + h[1] * dct[k][1] + h[2] * dct[k][2] +
					   h[3] * dct[k][3] + 512) >>
					  10;
		}
	}
	for (i = 0; i < 8; i++) {
		int half[2][4];

		for (j = 0; j < 4; j++) {
			half[0][j] = rows[j * 8 + i] + rows[(7 - j) * 8 + i];
			half[1][j] = rows[j * 8 + i] - rows[(7 - j) * 8 + i];
		}
		for (k = 0; k < 8; k++) {
			const int *h = half[k & 1];
			int value = (h[0] * dct[k][0] + h[1] * dct[k][1] + h[2] * dct[k][2] +
				     h[3] * dct[k][3] + 32768) >>
				    16;
			int level = (abs(value) * reciprocal[k * 8 + i] + 32768) >> 16;

			to[k * 8 + i] = value < 0 ? -level : level;
		}
	}
}

static void block(struct m2mjpeg_coder *c, const u8 *from, int stride, int step, int component)
{
	int kind = component ? 1 : 0, dc = kind * 2, ac = dc + 1, i, run = 0, last;
	s16 level[64];

	transform(from, stride, step, c->reciprocal[kind], level);
	put_value(c, dc, 0, level[0] - c->dc[component]);
	c->dc[component] = level[0];
	for (last = 63; last && !level[m2mjpeg_zigzag[last]]; last--)
		;
	for (i = 1; i <= last; i++) {
		int value = level[m2mjpeg_zigzag[i]];

		if (!value) {
			run++;
			continue;
		}
		for (; run > 15; run -= 16)
			put_code(c, ac, 0xf0);
		put_value(c, ac, run, value);
		run = 0;
	}
	if (last < 63)
		put_code(c, ac, 0);
}

static u8 expanded(int value, int component)
{
	if (component)
		return clamp((value - 128) * 255 / 224 + 128, 0, 255);
	return clamp((value - 16) * 255 / 219, 0, 255);
}

/* Copies the block at x, y, repeating the last column and line of a width x height plane. */
static void fetch(const struct m2mjpeg_layout *l, int component, int x, int y, int width,
		  int height, u8 *to)
{
	int i, j, lines = component && l->all_lines ? 2 : 1;

	for (j = 0; j < 8; j++) {
		const u8 *line =
			l->p[component] + min(y + j, height - 1) * lines * l->stride[component];

		for (i = 0; i < 8; i++) {
			u8 value = line[min(x + i, width - 1) * l->step[component]];

			*to++ = l->limited ? expanded(value, component) : value;
		}
	}
}

/* 16x16 pixels as a 16x16 block of luma and an 8x8 block of each chroma. */
static void fetch_rgb(const struct m2mjpeg_layout *l, int x, int y, int width, int height, u8 *to)
{
	int i, j, red = l->rgb == 1 ? 0 : 2, blue = 2 - red;
	u8 *luma = to, *cb = to + 256, *cr = to + 320;

	for (j = 0; j < 16; j++) {
		const u8 *line = l->p[0] + min(y + j, height - 1) * l->stride[0];

		for (i = 0; i < 16; i++) {
			const u8 *pixel = line + min(x + i, width - 1) * 3;
			int r = pixel[red], g = pixel[1], b = pixel[blue];

			*luma++ = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
			if (i & 1 || j & 1)
				continue;
			*cb++ = clamp((-11059 * r - 21709 * g + 32768 * b + 8421376) >> 16, 0, 255);
			*cr++ = clamp((32768 * r - 27439 * g - 5329 * b + 8421376) >> 16, 0, 255);
		}
	}
}

static u8 *segment(u8 *p, u8 marker, int length)
{
	*p++ = 0xff;
	*p++ = marker;
	*p++ = length >> 8;
	*p++ = length;
	return p;
}

static u8 *bytes(u8 *p, const void *from, int count)
{
	memcpy(p, from, count);
	return p + count;
}

/* libjpeg's scale of quality. */
static u8 *put_tables(struct m2mjpeg_coder *c, int quality, u8 *p)
{
	int scale = quality < 50 ? 5000 / quality : 200 - quality * 2, kind, i;

	for (kind = 0; kind < 2; kind++) {
		u8 *table = c->table[kind];

		p = segment(p, 0xdb, 67);
		*p++ = kind;
		for (i = 0; i < 64; i++) {
			table[i] =
				clamp((m2mjpeg_quantization[kind][i] * scale + 50) / 100, 1, 255);
			c->reciprocal[kind][i] = (65536 + table[i] / 2) / table[i];
		}
		for (i = 0; i < 64; i++)
			*p++ = table[m2mjpeg_zigzag[i]];
	}
	return p;
}

static u8 *headers(struct m2mjpeg_coder *c, int width, int height, int quality, u8 *p)
{
	const u8 frame[] = { 8, height >> 8, height, width >> 8, width, 3,    1, 0x22,
			     0, 2,	     0x11,   1,		 3,	0x11, 1 };
	int table;

	p = bytes(p, "\xff\xd8", 2);
	p = bytes(segment(p, 0xe0, 16), "JFIF\0\1\1\0\0\1\0\1\0\0", 14);
	p = put_tables(c, quality, p);
	p = bytes(segment(p, 0xc0, 17), frame, sizeof(frame));
	for (table = 0; table < 4; table++) {
		int count = table & 1 ? 162 : 12;

		p = segment(p, 0xc4, 19 + count);
		*p++ = (table & 1) << 4 | table >> 1;
		p = bytes(p, m2mjpeg_huffman_bits[table], 16);
		p = bytes(p, m2mjpeg_huffman_values(table), count);
	}
	return bytes(segment(p, 0xda, 12), "\3\1\0\2\x11\3\x11\0\x3f\0", 10);
}

static void macroblock_rgb(struct m2mjpeg_coder *c, const struct m2mjpeg_layout *l, int x, int y,
			   int width, int height)
{
	u8 samples[384];
	int k;

	fetch_rgb(l, x, y, width, height, samples);
	for (k = 0; k < 4; k++)
		block(c, samples + (k >> 1) * 128 + (k & 1) * 8, 16, 1, 0);
	block(c, samples + 256, 8, 1, 1);
	block(c, samples + 320, 8, 1, 2);
}

/* Straight out of the picture where that is possible, else from a copy. */
static void macroblock(struct m2mjpeg_coder *c, const struct m2mjpeg_layout *l, int x, int y,
		       int width, int height)
{
	bool direct = x + 16 <= width && y + 16 <= height && !l->limited;
	u8 samples[64];
	int k;

	for (k = 0; k < 6; k++) {
		int component = k < 4 ? 0 : k - 3, chroma = component ? 1 : 0;
		int bx = chroma ? x / 2 : x + (k & 1) * 8, by = chroma ? y / 2 : y + (k >> 1) * 8;
		int lines = chroma && l->all_lines ? 2 : 1;
		int stride = l->stride[component] * lines, step = l->step[component];

		if (direct) {
			block(c, l->p[component] + by * stride + bx * step, stride, step,
			      component);
			continue;
		}
		fetch(l, component, bx, by, (width + chroma) >> chroma, (height + chroma) >> chroma,
		      samples);
		block(c, samples, 8, 1, component);
	}
}

int m2mjpeg_encode(struct m2mjpeg_coder *c, const struct m2mjpeg_layout *l, int width, int height,
		   int quality, u8 *to, u32 room)
{
	int x, y;

	if (room < 1024)
		return -ENOSPC;
	c->p = headers(c, width, height, quality, to);
	c->end = to + room - 2;
	c->bits = c->bit_count = 0;
	memset(c->dc, 0, sizeof(c->dc));
	for (y = 0; y < height; y += 16)
		for (x = 0; x < width; x += 16)
			(l->rgb ? macroblock_rgb : macroblock)(c, l, x, y, width, height);
	put(c, 0x7f, 7);
	if (c->p + 2 > c->end)
		return -ENOSPC;
	c->p = bytes(c->p, "\xff\xd9", 2);
	return c->p - to;
}
