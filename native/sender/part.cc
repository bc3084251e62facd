// SPDX-License-Identifier: MIT
#include "sender/part.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace mio {

namespace {

std::string head_of(const Picture &picture, const WireFormat &format) {
  const int64_t microseconds = (picture.wall + 500) / 1000;
  char length[24];
  char timestamp[32];
  const int length_size = std::snprintf(length, sizeof length, "%zu", picture.length);
  const int timestamp_size = std::snprintf(timestamp, sizeof timestamp, "%lld.%06lld",
                                           static_cast<long long>(microseconds / 1'000'000),
                                           static_cast<long long>(microseconds % 1'000'000));
  std::string head;
  head.reserve(256);
  head.append(format.head).append(length, static_cast<size_t>(length_size));
  head.append(format.before_timestamp).append(timestamp, static_cast<size_t>(timestamp_size));
  if (!picture.state.empty()) head.append(format.before_state).append(picture.state);
  return head.append(format.head_end);
}

}  // namespace

Picture copy_of(const uint8_t *data, size_t length) {
  auto bytes = std::make_unique_for_overwrite<uint8_t[]>(length);
  std::copy_n(data, length, bytes.get());
  Picture picture;
  picture.data = bytes.get();
  picture.length = length;
  picture.own = std::move(bytes);
  return picture;
}

Part::Part(uint64_t serial, Picture picture, const WireFormat &format)
    : serial_(serial), picture_(std::move(picture)), head_(head_of(picture_, format)) {}

}  // namespace mio
