// SPDX-License-Identifier: MIT
#include "core/slot_pool.h"

#include <utility>

namespace mio {

std::shared_ptr<SlotPool> SlotPool::create(size_t count, size_t bytes) {
  return std::shared_ptr<SlotPool>(new SlotPool(count, bytes));
}

SlotPool::SlotPool(size_t count, size_t bytes) : bytes_(bytes), slots_(count) {
  free_.reserve(count);
  for (size_t i = count; i-- > 0;) {
    slots_[i].memory = Mapping::anonymous(bytes);
    free_.push_back(static_cast<uint32_t>(i));
  }
}

// The slot given back last is taken first: its pages are there and warm in the cache.
Slot SlotPool::take() {
  uint32_t index = 0;
  {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return {};
    index = free_.back();
    free_.pop_back();
  }
  lent_.fetch_add(1, std::memory_order_relaxed);
  slots_[index].holders.store(1, std::memory_order_relaxed);
  return {shared_from_this(), index};
}

void SlotPool::give_back(uint32_t index) {
  lent_.fetch_sub(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  free_.push_back(index);
}

Slot::Slot(const Slot &other) : pool_(other.pool_), index_(other.index_) {
  if (pool_) pool_->slots_[index_].holders.fetch_add(1, std::memory_order_relaxed);
}

Slot::Slot(Slot &&other) noexcept : pool_(std::move(other.pool_)), index_(other.index_) {}

Slot &Slot::operator=(Slot other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(index_, other.index_);
  return *this;
}

void Slot::reset() {
  if (!pool_) return;
  // Release: what this holder did with the bytes comes before the next taker writes them.
  if (pool_->slots_[index_].holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    pool_->give_back(index_);
  }
  pool_.reset();
}

}  // namespace mio
