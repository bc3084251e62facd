// SPDX-License-Identifier: MIT
#include "backend/libcamera/offers.h"

#include <libcamera/geometry.h>
#include <libcamera/stream.h>

#include <string>

#include "backend/libcamera/sensor_modes.h"
#include "backend/libcamera/stream_plan.h"

namespace mio {

namespace {

using libcamera::PixelFormat;
using libcamera::Size;
using libcamera::SizeRange;
using libcamera::StreamFormats;
using libcamera::StreamRole;

void describe(const StreamFormats &formats, const PixelFormat &format, uint32_t bit_depth,
              void (*each)(void *context, const mio_offer *offer), void *context) {
  const std::string name = format.toString();
  const auto tell = [&](const Size &from, const Size &to) {
    const mio_offer offer{name.c_str(), bit_depth, from.width, from.height, to.width, to.height};
    each(context, &offer);
  };
  // Of a range, `sizes` gives only those that are common; the range over single sizes has no steps.
  const SizeRange range = formats.range(format);
  if (range.hStep != 0 && range.vStep != 0) return tell(range.min, range.max);
  for (const Size &size : formats.sizes(format)) tell(size, size);
}

}  // namespace

void describe_offers(libcamera::Camera &camera, void (*each)(void *context, const mio_offer *offer),
                     void *context) {
  if (const auto video = camera.generateConfiguration({StreamRole::VideoRecording});
      video && !video->empty()) {
    for (const PixelFormat &format : usable_formats(video->at(0)))
      describe(video->at(0).formats(), format, 0, each, context);
  }
  if (const auto raw = camera.generateConfiguration({StreamRole::Raw}); raw && !raw->empty()) {
    for (const PixelFormat &format : raw->at(0).formats().pixelformats()) {
      if (const uint32_t bits = raw_bit_depth(format.toString()); bits != 0)
        describe(raw->at(0).formats(), format, bits, each, context);
    }
  }
}

}  // namespace mio
