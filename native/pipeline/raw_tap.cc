// SPDX-License-Identifier: MIT
#include "pipeline/raw_tap.h"

#include <algorithm>
#include <utility>

namespace mio {

RawTap::~RawTap() {
  disconnect();
  for (Outlet &outlet : outlets_) outlet.retire();
}

void RawTap::Outlet::retire() {
  if (pool) pool->retire();
  pool.reset();
}

void RawTap::connect(const EncoderInput &input, SharedBuffers &buffers) {
  const std::lock_guard lock(mutex_);
  input_ = input;
  buffers_ = &buffers;
  for (size_t i = 0; i < kRawFormats; ++i)
    if (outlets_[i].wanted) open(static_cast<RawFormat>(i));
}

/** Under the lock. */
void RawTap::open(RawFormat format) {
  if (!input_) return;
  Outlet &outlet = outlets_[static_cast<size_t>(format)];
  const size_t bytes = raw_bytes(input_->width, input_->height);
  if (outlet.pool && outlet.pool->bytes() != bytes) outlet.retire();
  if (!outlet.pool) outlet.pool = SlotPool::create(kSlots, bytes);
  outlet.copier = std::make_unique<RawCopier>(
      *input_, format, outlet.pool, [this](uint32_t buffer) { buffers_->drop(buffer); }, made_);
}

void RawTap::disconnect() {
  const std::lock_guard lock(mutex_);
  for (Outlet &outlet : outlets_) outlet.copier.reset();
  input_.reset();
}

void RawTap::watch(RawFormat format, bool wanted) {
  // Held while a copier ends, too: after `disconnect` none must read a buffer any more.
  const std::lock_guard lock(mutex_);
  Outlet &outlet = outlets_[static_cast<size_t>(format)];
  if (outlet.wanted == wanted) return;
  if (wanted)
    open(format);
  else
    outlet.copier.reset();
  outlet.wanted = wanted;
  watched_ =
      std::any_of(outlets_.begin(), outlets_.end(), [](const Outlet &o) { return o.wanted; });
}

void RawTap::offer(const mio_picture &picture) {
  // Somebody opens or closes an outlet just now. The next picture comes soon.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  for (Outlet &outlet : outlets_) {
    if (!outlet.copier) continue;
    buffers_->hold(picture.buffer);
    if (outlet.copier->submit(picture)) continue;
    buffers_->drop(picture.buffer);
    missed_++;
  }
}

std::shared_ptr<SlotPool> RawTap::pool(RawFormat format) const {
  const std::lock_guard lock(mutex_);
  return outlets_[static_cast<size_t>(format)].pool;
}

}  // namespace mio
