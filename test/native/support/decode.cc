// SPDX-License-Identifier: MIT
#include "support/decode.h"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <cstdlib>
#include <memory>

namespace mio::test {

Decoded decode(const uint8_t *jpeg, size_t size) {
  const std::unique_ptr<void, int (*)(void *)> handle(tjInitDecompress(), tjDestroy);
  Decoded out;
  int subsampling = 0;
  int colourspace = 0;
  if (tjDecompressHeader3(handle.get(), jpeg, size, &out.width, &out.height, &subsampling,
                          &colourspace) != 0) {
    ADD_FAILURE() << "no JPEG: " << tjGetErrorStr2(handle.get());
    return {};
  }
  out.rgb.resize(static_cast<size_t>(out.width) * out.height * 3);
  if (tjDecompress2(handle.get(), jpeg, size, out.rgb.data(), out.width, 0, out.height, TJPF_RGB,
                    TJFLAG_STOPONWARNING) != 0) {
    ADD_FAILURE() << "broken JPEG: " << tjGetErrorStr2(handle.get());
    return {};
  }
  return out;
}

bool near(Rgb a, Rgb b, int tolerance) {
  return std::abs(a.r - b.r) <= tolerance && std::abs(a.g - b.g) <= tolerance &&
         std::abs(a.b - b.b) <= tolerance;
}

}  // namespace mio::test
