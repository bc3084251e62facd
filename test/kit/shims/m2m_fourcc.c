// The raw formats: 4:2:0 in one piece, or with a memory plane for each plane.
#include "m2m.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const uint32_t joined[] = {V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_YVU420, V4L2_PIX_FMT_NV12,
                                  V4L2_PIX_FMT_NV21};
static const uint32_t apart[] = {V4L2_PIX_FMT_YUV420M, V4L2_PIX_FMT_YVU420M, V4L2_PIX_FMT_NV12M,
                                 V4L2_PIX_FMT_NV21M};

uint32_t m2m_raw_format(uint32_t index, bool separate) {
  if (index >= COUNT(joined)) return 0;
  return separate ? apart[index] : joined[index];
}

bool m2m_known_format(uint32_t fourcc, bool separate) {
  for (uint32_t i = 0; i < COUNT(joined); i++) {
    if (m2m_raw_format(i, separate) == fourcc) return true;
  }
  return false;
}

bool m2m_separate(uint32_t fourcc) { return m2m_known_format(fourcc, true); }
bool m2m_semi_planar(uint32_t f) {
  return f == V4L2_PIX_FMT_NV12 || f == V4L2_PIX_FMT_NV21 || f == V4L2_PIX_FMT_NV12M ||
         f == V4L2_PIX_FMT_NV21M;
}
bool m2m_swapped(uint32_t f) {
  return f == V4L2_PIX_FMT_YVU420 || f == V4L2_PIX_FMT_NV21 || f == V4L2_PIX_FMT_YVU420M ||
         f == V4L2_PIX_FMT_NV21M;
}
