// SPDX-License-Identifier: MIT
#include "core/slot_pool.h"

#include <unistd.h>

#include <utility>

#include "core/dma_buf_sync.h"

namespace mio {

std::shared_ptr<SlotPool> SlotPool::create(size_t count, size_t bytes) {
  std::shared_ptr<SlotPool> pool(new SlotPool(count, bytes, "private"));
  for (Entry &slot : pool->slots_) slot.memory = Mapping::anonymous(pool->head_room_ + bytes);
  return pool;
}

std::shared_ptr<SlotPool> SlotPool::create(std::vector<UniqueFd> buffers, size_t bytes,
                                           std::string kind) {
  std::shared_ptr<SlotPool> pool(new SlotPool(buffers.size(), bytes, std::move(kind)));
  pool->shared_ = true;
  for (size_t i = 0; i < buffers.size(); ++i) {
    Entry &slot = pool->slots_[i];
    slot.memory = Mapping::shared_behind(pool->head_room_, buffers[i].get(), bytes);
    slot.fd = std::move(buffers[i]);
    sync_dma_buf(slot.fd.get(), DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW);
  }
  return pool;
}

SlotPool::SlotPool(size_t count, size_t bytes, std::string kind)
    : bytes_(bytes), kind_(std::move(kind)), slots_(count) {
  free_.reserve(count);
  for (size_t i = count; i-- > 0;) free_.push_back(static_cast<uint32_t>(i));
}

size_t SlotPool::head_room() {
  // Not 4096: a Pi 5 runs kernels with pages of 16 KiB.
  static const auto kPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return kPage;
}

// The slot given back last is taken first: its pages are there and warm in the cache.
Slot SlotPool::take() {
  uint32_t index = 0;
  {
    const std::lock_guard lock(mutex_);
    if (retired_ || free_.empty()) return {};
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
  if (retired_) discard(index);
}

void SlotPool::retire() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(retired_, true)) return;
  for (const uint32_t index : free_) discard(index);
}

/** Both refer to a dma-buf: the mapping and the descriptor. */
void SlotPool::discard(uint32_t index) {
  if (slots_[index].memory.forget()) slots_[index].fd = {};
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

// Read and write in both: the CPU may have written, as when it spliced a segment in or encoded
// itself.
void Slot::to_device() const {
  if (pool_->shared()) sync_dma_buf(fd(), DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW);
}

void Slot::to_cpu() const {
  if (pool_->shared()) sync_dma_buf(fd(), DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW);
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
