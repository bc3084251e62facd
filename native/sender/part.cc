// SPDX-License-Identifier: MIT
#include "sender/part.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace mio {

namespace {

void append(std::string &to, int64_t number, size_t least_digits = 1) {
  std::array<char, 24> digits{};
  const char *end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  const auto count = static_cast<size_t>(end - digits.data());
  if (count < least_digits) to.append(least_digits - count, '0');
  to.append(digits.data(), count);
}

std::string head_of(const Picture &picture, const WireFormat &format) {
  const int64_t microseconds = (picture.wall + 500) / 1000;
  std::string head;
  head.reserve(256);
  append(head.append(format.head), static_cast<int64_t>(picture.length));
  append(head.append(format.before_timestamp), microseconds / 1'000'000);
  append(head.append(1, '.'), microseconds % 1'000'000, 6);
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
