// How the stand-in has its JPEGs made in a process of its own, as a device's would not be made by
// the CPU of the process that is measured either.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2m.h"

// One picture: sent with the descriptors of its planes and, last, of the memory for the JPEG. The
// answer is the JPEG's bytes as uint32_t, 0 when there is none.
struct m2m_order {
  int32_t number;  // of the device
  uint32_t raw_fourcc, stride, height, crop_width, crop_height, quantization;
  int32_t quality;
  uint32_t planes, offsets[M2M_MAX_PLANES];
  uint64_t room;       // for the JPEG
  uint64_t timestamp;  // of the picture, microseconds
};

// Whether there is such a process: M2MSHIM_SOCKET tells where it listens.
bool m2m_is_remote(void);

// As m2m_jpeg(), by that process.
size_t m2m_remote_jpeg(struct m2m_context *context, const struct m2m_buffer *raw,
                       const struct m2m_buffer *coded, int quality);
