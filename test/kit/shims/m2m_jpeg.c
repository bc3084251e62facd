// Real JPEGs of what lies in a raw buffer, read with the stride, padding and offsets that were
// negotiated.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include "m2m.h"

struct source {
  const uint8_t *data[3];
  int stride[3], step[3];
};

static struct source source_of(const struct m2m_context *context, const struct m2m_buffer *raw) {
  struct source s;
  bool semi = m2m_semi_planar(context->raw_fourcc);
  int u = m2m_swapped(context->raw_fourcc) ? 2 : 1;
  int v = 3 - u;
  uint32_t luma = context->stride * context->height;
  s.data[0] = raw->planes[0].memory + raw->planes[0].offset;
  s.stride[0] = (int)context->stride;
  s.step[0] = 1;
  const uint8_t *first = s.data[0] + luma;
  const uint8_t *second = first + luma / 4;
  if (m2m_separate(context->raw_fourcc)) {
    first = raw->planes[1].memory + raw->planes[1].offset;
    second = semi ? NULL : raw->planes[2].memory + raw->planes[2].offset;
  }
  s.data[u] = first;
  s.data[v] = semi ? first + 1 : second;
  s.stride[1] = s.stride[2] = (int)(semi ? context->stride : context->stride / 2);
  s.step[1] = s.step[2] = semi ? 2 : 1;
  return s;
}

static uint8_t expand(int value, int centre_in, int range, int centre_out) {
  int full = (value - centre_in) * 255 / range + centre_out;
  return (uint8_t)(full < 0 ? 0 : full > 255 ? 255 : full);
}

// Leaves the Huffman tables out, as the encoders of some webcams and boards do.
static size_t without_tables(uint8_t *jpeg, size_t size) {
  size_t to = 2;
  for (size_t at = 2; at + 4 <= size && jpeg[at] == 0xff;) {
    size_t length = 2 + ((size_t)jpeg[at + 2] << 8 | jpeg[at + 3]);
    bool scan = jpeg[at + 1] == 0xda;
    if (scan) length = size - at;
    if (jpeg[at + 1] != 0xc4) {
      memmove(jpeg + to, jpeg + at, length);
      to += length;
    }
    if (scan) break;
    at += length;
  }
  return to;
}

size_t m2m_jpeg(const struct m2m_context *context, const struct m2m_buffer *raw, int quality,
                uint8_t *out, size_t room) {
  struct source s = source_of(context, raw);
  int width = (int)context->crop_width;
  int height = (int)context->crop_height;
  bool limited =
      context->quantization == V4L2_QUANTIZATION_LIM_RANGE && !m2m_has(context->model, "no-expand");
  const uint8_t *planes[3];
  int strides[3];
  uint8_t *scratch[3];
  for (int c = 0; c < 3; c++) {
    int w = c ? (width + 1) / 2 : width;
    int h = c ? (height + 1) / 2 : height;
    scratch[c] = malloc((size_t)w * (size_t)h);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int value = s.data[c][y * s.stride[c] + x * s.step[c]];
        if (limited) value = c ? expand(value, 128, 224, 128) : expand(value, 16, 219, 0);
        scratch[c][y * w + x] = (uint8_t)value;
      }
    }
    planes[c] = scratch[c];
    strides[c] = w;
  }
  tjhandle handle = tjInitCompress();
  unsigned char *jpeg = NULL;
  unsigned long size = 0;
  int result = tjCompressFromYUVPlanes(handle, planes, width, strides, height, TJSAMP_420, &jpeg,
                                       &size, quality, 0);
  for (int c = 0; c < 3; c++) free(scratch[c]);
  if (result == 0 && m2m_has(context->model, "no-huffman")) size = without_tables(jpeg, size);
  size_t bytes = result == 0 && size <= room ? size : 0;
  if (bytes) memcpy(out, jpeg, bytes);
  tjFree(jpeg);
  tjDestroy(handle);
  return bytes;
}
