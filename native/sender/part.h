// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/slot_pool.h"
#include "sender/wire_format.h"

namespace mio {

/** A JPEG for the stream, in its slot or in memory of its own. */
struct Picture {
  Slot slot;                            /**< holds `data`, if it lies in a slot */
  std::unique_ptr<const uint8_t[]> own; /**< holds `data` otherwise */
  const uint8_t *data = nullptr;
  size_t length = 0;
  int64_t wall = 0;               /**< nanoseconds since 1970 */
  std::optional<int64_t> exposed; /**< CLOCK_MONOTONIC, nanoseconds; none for a placeholder */
  std::string state;              /**< of a placeholder */
};

/** The same picture in memory of its own: what is copied once can be held by all viewers. */
Picture copy_of(const uint8_t *data, size_t length);

/**
 * One part of the stream, made once for all viewers, in three pieces that go out in one write: the
 * JPEG is not copied. The last holder gone gives the slot back.
 */
class Part {
 public:
  /** @param serial rises with each part of a sender */
  Part(uint64_t serial, Picture picture, const WireFormat &format);

  uint64_t serial() const { return serial_; }
  std::string_view head() const { return head_; }
  std::string_view jpeg() const {
    return {reinterpret_cast<const char *>(picture_.data), picture_.length};
  }
  const std::optional<int64_t> &exposed() const { return picture_.exposed; }

 private:
  const uint64_t serial_;
  const Picture picture_;
  const std::string head_;
};

}  // namespace mio
