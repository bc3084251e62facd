// SPDX-License-Identifier: MIT
#include "encoder/v4l2/m2m_trial.h"

#include <poll.h>

#include <chrono>
#include <string>
#include <utility>

#include "encoder/jpeg_segments.h"

namespace mio {

namespace {

/** A device may have to load firmware for its first picture. */
constexpr std::chrono::milliseconds kDeadline{1000};
constexpr int64_t kTimestamp = 1;

}  // namespace

void try_out(M2mCodec &codec, Slot slot) {
  using Clock = std::chrono::steady_clock;
  using std::chrono::milliseconds;
  codec.encode(0, std::move(slot), kTimestamp);
  bool read = false;
  bool whole = false;
  const auto due = Clock::now() + kDeadline;
  while (!read || !whole) {
    const auto left = std::chrono::duration_cast<milliseconds>(due - Clock::now()).count();
    pollfd device{codec.fd(), POLLIN | POLLOUT, 0};
    if (left <= 0 || poll(&device, 1, static_cast<int>(left)) == 0) throw Refused("no picture came out of it within a second");
    read = codec.next_read().has_value() || read;
    auto coded = codec.output().take();
    if (!coded) {
      // Both calls found nothing: this can only be an error, which would be seen here for ever.
      if ((device.revents & (POLLERR | POLLHUP)) != 0 && !whole) throw V4l2Error("poll", EIO);
      continue;
    }
    if (coded->timestamp != kTimestamp) {
      // Some firmware puts out a buffer of headers first.
      codec.output().put_back(std::move(*coded));
      continue;
    }
    if (coded->error) throw Refused("its first picture was marked as broken");
    if (!read_jpeg_layout(coded->slot.data(), coded->length)) {
      throw Refused("its first picture of " + std::to_string(coded->length) + " bytes was no whole JPEG");
    }
    whole = true;
  }
}

}  // namespace mio
