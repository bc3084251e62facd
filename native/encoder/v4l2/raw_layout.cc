// SPDX-License-Identifier: MIT
#include "encoder/v4l2/raw_layout.h"

#include <linux/videodev2.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mio {

namespace {

struct Fourccs {
  uint32_t joined, separate;
};

Fourccs fourccs_of(mio_format format) {
  switch (format) {
    case MIO_FORMAT_YUV420:
      return {V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_YUV420M};
    case MIO_FORMAT_YVU420:
      return {V4L2_PIX_FMT_YVU420, V4L2_PIX_FMT_YVU420M};
    case MIO_FORMAT_NV12:
      return {V4L2_PIX_FMT_NV12, V4L2_PIX_FMT_NV12M};
    case MIO_FORMAT_NV21:
      return {V4L2_PIX_FMT_NV21, V4L2_PIX_FMT_NV21M};
    case MIO_FORMAT_RGB24:
      return {V4L2_PIX_FMT_RGB24, 0};
    case MIO_FORMAT_BGR24:
      return {V4L2_PIX_FMT_BGR24, 0};
    case MIO_FORMAT_MJPEG:
      break;
  }
  return {0, 0};
}

/** libcamera may hand out several descriptors of one dma-buf. */
bool same_memory(int a, int b) {
  if (a == b) return true;
  struct stat first{};
  struct stat second{};
  return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

/** Lines of the first plane when each plane begins where the one before ends; else 0. */
uint32_t joined_lines(const mio_buffer &buffer) {
  const mio_plane &luma = buffer.planes[0];
  if (buffer.plane_count < 2 || luma.stride == 0 || buffer.planes[1].offset <= luma.offset)
    return 0;
  const uint32_t distance = buffer.planes[1].offset - luma.offset;
  const uint32_t lines = distance / luma.stride;
  if (distance % luma.stride != 0) return 0;
  // Chroma is halved both ways; interleaved it has lines as long as luma's.
  const uint32_t chroma_stride = buffer.plane_count == 2 ? luma.stride : luma.stride / 2;
  uint32_t expected = luma.offset + distance;
  for (uint32_t i = 1; i < buffer.plane_count; ++i) {
    const mio_plane &plane = buffer.planes[i];
    if (!same_memory(luma.fd, plane.fd) || plane.stride != chroma_stride ||
        plane.offset != expected)
      return 0;
    expected += chroma_stride * (lines / 2);
  }
  return lines;
}

}  // namespace

RawLayout::RawLayout(const EncoderInput &input)
    : stride(input.buffers.front().planes[0].stride),
      width(mio_is_rgb(input.format) != 0 ? stride / 3 : stride),
      lines(joined_lines(input.buffers.front())),
      contiguous(lines != 0 || mio_is_rgb(input.format) != 0),
      joined(fourccs_of(input.format).joined),
      separate(fourccs_of(input.format).separate) {
  for (const mio_buffer &buffer : input.buffers) {
    if (joined_lines(buffer) == lines && buffer.planes[0].stride == stride) continue;
    lines = 0;
    contiguous = false;
  }
}

uint32_t dma_buf_bytes(int fd) {
  const off_t size = lseek(fd, 0, SEEK_END);
  return size < 0 ? 0 : static_cast<uint32_t>(size);
}

}  // namespace mio
