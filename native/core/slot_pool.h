// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/mapping.h"

namespace mio {

class Slot;

/**
 * A fixed set of equal pieces of memory, each big enough for the largest JPEG. A slot is lent as
 * long as a `Slot` refers to it. The pool lives as long as anybody refers to it: a late reader sees
 * an old picture, never freed memory.
 */
class SlotPool : public std::enable_shared_from_this<SlotPool> {
 public:
  /** `count` slots of `bytes` each. Throws std::bad_alloc. */
  static std::shared_ptr<SlotPool> create(size_t count, size_t bytes);

  /** A free slot, or an empty `Slot` when all are lent. Never blocks for long, never allocates. */
  Slot take();

  uint8_t *data(uint32_t index) const { return slots_[index].memory.data(); }
  size_t bytes() const { return bytes_; }
  size_t count() const { return slots_.size(); }
  size_t lent() const { return lent_.load(std::memory_order_relaxed); }

 private:
  friend class Slot;
  struct Entry {
    Mapping memory;
    std::atomic<uint32_t> holders{0};
  };

  SlotPool(size_t count, size_t bytes);
  void give_back(uint32_t index);

  const size_t bytes_;
  std::vector<Entry> slots_;
  std::atomic<size_t> lent_{0};
  std::mutex mutex_;
  std::vector<uint32_t> free_;
};

/** One holder of a lent slot. Copying makes another holder; the last one gone gives the slot back.
 */
class Slot {
 public:
  Slot() = default;
  ~Slot() { reset(); }

  Slot(const Slot &other);
  Slot(Slot &&other) noexcept;
  Slot &operator=(Slot other) noexcept;

  explicit operator bool() const { return pool_ != nullptr; }
  uint32_t index() const { return index_; }
  uint8_t *data() const { return pool_->data(index_); }
  size_t bytes() const { return pool_->bytes(); }

 private:
  friend class SlotPool;
  Slot(std::shared_ptr<SlotPool> pool, uint32_t index) : pool_(std::move(pool)), index_(index) {}
  void reset();

  std::shared_ptr<SlotPool> pool_;
  uint32_t index_ = 0;
};

}  // namespace mio
