// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace mio {

/**
 * The quality of a JPEG on libjpeg's scale, 1-100, by its luminance quantization table. 0 when it
 * has none. Reads the head only, no picture bytes.
 */
int jpeg_quality(const uint8_t *data, size_t size);

/** What a quality of 1-100 costs with natural scenes, 4:2:0: bits per pixel. */
double bits_per_pixel(double quality);

}  // namespace mio
