// SPDX-License-Identifier: MIT
#include "encoder/v4l2/m2m_trial.h"

#include <poll.h>

#include <turbojpeg.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/dma_buf_sync.h"
#include "core/dma_heap.h"
#include "core/mapping.h"
#include "encoder/jpeg_segments.h"

namespace mio {

namespace {

/** A device may have to load firmware for its first picture. */
constexpr std::chrono::milliseconds kDeadline{1000};
constexpr int64_t kTimestamp = 1;

/** Waits for the one picture that was handed over. */
CodedPicture result_of(M2mCodec &codec) {
  using Clock = std::chrono::steady_clock;
  using std::chrono::milliseconds;
  bool read = false;
  std::optional<CodedPicture> result;
  const auto due = Clock::now() + kDeadline;
  while (!read || !result) {
    const auto left = std::chrono::ceil<milliseconds>(due - Clock::now()).count();
    pollfd device{codec.fd(), POLLIN | POLLOUT, 0};
    const int ready = left <= 0 ? 0 : poll(&device, 1, static_cast<int>(left));
    if (ready == 0) throw Refused("no picture came out of it within a second");
    if (ready < 0 && errno != EINTR) throw V4l2Error("poll", errno);
    read = codec.next_read().has_value() || read;
    auto coded = codec.output().take();
    if (!coded) continue;
    if (coded->timestamp != kTimestamp) {
      // Some firmware puts out a buffer of headers first.
      codec.output().put_back(std::move(*coded));
      continue;
    }
    result = std::move(coded);
  }
  if (result->error) throw Refused("its first picture was marked as broken");
  if (!read_jpeg_layout(result->slot.data(), result->length)) {
    throw Refused("its first picture of " + std::to_string(result->length) +
                  " bytes was no whole JPEG");
  }
  return std::move(*result);
}

/** The mean luminance of a JPEG. */
double luminance(const uint8_t *jpeg, size_t size) {
  const std::unique_ptr<void, int (*)(void *)> decoder(tjInitDecompress(), tjDestroy);
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(decoder.get(), jpeg, size, &width, &height, &subsampling, &colours) != 0)
    return 0;
  width = (width + 7) / 8;
  height = (height + 7) / 8;
  std::vector<uint8_t> grey(static_cast<size_t>(width) * static_cast<size_t>(height));
  if (tjDecompress2(decoder.get(), jpeg, size, grey.data(), width, 0, height, TJPF_GRAY, 0) != 0)
    return 0;
  return std::accumulate(grey.begin(), grey.end(), 0.0) / static_cast<double>(grey.size());
}

}  // namespace

void try_out(M2mCodec &codec, Slot slot) {
  codec.encode(0, std::move(slot), kTimestamp);
  result_of(codec);
}

void try_range(M2mCodec &codec, Slot slot) {
  // All samples alike, so that it does not matter where which plane lies.
  constexpr uint8_t kLimited = 200;
  constexpr double kFull = (kLimited - 16) * 255.0 / 219;
  const size_t bytes = codec.input_bytes();
  const HeapBuffers memory = allocate_from_heap(1, bytes);
  if (memory.heap.empty())
    throw Refused("whether it expands limited range could not be tried: there is no dma-heap");
  const int fd = memory.buffers.front().get();
  {
    const Mapping mapped = Mapping::shared(fd, bytes, true);
    const DmaBufSync sync(fd, DmaBufSync::Access::kWrite);
    std::memset(mapped.data(), kLimited, bytes);
  }
  codec.encode_from(fd, std::move(slot), kTimestamp);
  const CodedPicture picture = result_of(codec);
  if (luminance(picture.slot.data(), picture.length) < (kFull + kLimited) / 2) {
    throw Refused("it does not expand the camera's limited range to JPEG's full range");
  }
}

}  // namespace mio
