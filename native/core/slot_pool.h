// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/mapping.h"
#include "core/unique_fd.h"

namespace mio {

class Slot;

/**
 * A fixed set of equal pieces of memory, each big enough for the largest JPEG. A slot is lent as
 * long as a `Slot` refers to it. The pool lives as long as anybody refers to it: a late reader sees
 * an old picture, or zeros, never freed memory.
 *
 * A slot can be a dma-buf that a device writes into. It belongs to the CPU but between
 * `Slot::to_device` and `Slot::to_cpu`. In front of each slot lies head room: what is put before a
 * picture moves the picture's head into it, and the pixels stay where they are.
 */
class SlotPool : public std::enable_shared_from_this<SlotPool> {
 public:
  /** `count` slots of `bytes` each, in private memory. Throws std::bad_alloc. */
  static std::shared_ptr<SlotPool> create(size_t count, size_t bytes);

  /**
   * A slot for each of `buffers`, dma-bufs of at least `bytes`.
   * @param kind where they come from, for people, e.g. `dma-heap linux,cma`
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  static std::shared_ptr<SlotPool> create(std::vector<UniqueFd> buffers, size_t bytes,
                                          std::string kind);

  /** Bytes in front of each slot: a page, as a mapping cannot begin anywhere else. */
  static size_t head_room();

  /** A free slot, or an empty `Slot` when all are lent. Never blocks for long, never allocates. */
  Slot take();

  /**
   * Nothing is taken from here on, and what the slots lie in is given back: at once where they are
   * free, else when they come back. JavaScript's Buffers keep a pool alive until the garbage
   * collector comes by; contiguous memory and descriptors are too few to wait for it.
   */
  void retire();

  uint8_t *data(uint32_t index) const { return slots_[index].memory.data() + head_room_; }
  size_t bytes() const { return bytes_; }
  /** A slot with its head room. */
  uint8_t *memory(uint32_t index) const { return slots_[index].memory.data(); }
  size_t memory_bytes() const { return head_room_ + bytes_; }
  size_t count() const { return slots_.size(); }
  size_t lent() const { return lent_.load(std::memory_order_relaxed); }
  /** Slots are dma-bufs: `fd` tells them. */
  bool shared() const { return shared_; }
  int fd(uint32_t index) const { return slots_[index].fd.get(); }
  /** Where slots lie, for people. */
  const std::string &kind() const { return kind_; }

 private:
  friend class Slot;
  struct Entry {
    UniqueFd fd;
    Mapping memory;
    std::atomic<uint32_t> holders{0};
  };

  SlotPool(size_t count, size_t bytes, std::string kind);
  void give_back(uint32_t index);
  void discard(uint32_t index);

  const size_t head_room_ = head_room();
  const size_t bytes_;
  const std::string kind_;
  bool shared_ = false;
  std::vector<Entry> slots_;
  std::atomic<size_t> lent_{0};
  std::mutex mutex_;
  std::vector<uint32_t> free_;
  bool retired_ = false;
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
  bool is_of(const SlotPool &pool) const { return pool_.get() == &pool; }
  uint8_t *data() const { return pool_->data(index_); }
  size_t bytes() const { return pool_->bytes(); }
  /** How many slots of its pool are free. */
  size_t free_beside() const { return pool_->count() - pool_->lent(); }

  /** The dma-buf, for a device that is given it. */
  int fd() const { return pool_->fd(index_); }
  /** From here on the device writes: what the CPU has in its caches goes to memory. */
  void to_device() const;
  /** From here on the CPU reads and writes: it sees what the device wrote. */
  void to_cpu() const;

 private:
  friend class SlotPool;
  Slot(std::shared_ptr<SlotPool> pool, uint32_t index) : pool_(std::move(pool)), index_(index) {}
  void reset();

  std::shared_ptr<SlotPool> pool_;
  uint32_t index_ = 0;
};

}  // namespace mio
