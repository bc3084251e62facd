// SPDX-License-Identifier: MIT
#include "addon/lent_slots.h"

#include <utility>

namespace mio {

namespace {

/** A Buffer over a slot and its head room. The pool lives as long as it: no Buffer ever points at
 * freed memory. */
Napi::Value buffer_over(Napi::Env env, const std::shared_ptr<SlotPool> &pool, uint32_t index) {
  using Hint = std::shared_ptr<SlotPool>;
  auto hint = std::make_unique<Hint>(pool);
  const auto buffer = Napi::Buffer<uint8_t>::New(
      env, pool->memory(index), pool->memory_bytes(),
      [](Napi::BasicEnv, uint8_t *, Hint *last) { const std::unique_ptr<Hint> owner(last); },
      hint.get());
  static_cast<void>(hint.release());  // the finalizer has it now
  return buffer;
}

}  // namespace

void LentSlots::adopt(Napi::Object result, const std::shared_ptr<SlotPool> &pool) {
  if (pool_ == pool) return;
  // Slots of the last pool may be out still: numbers go on where those end.
  first_ += pool_ ? static_cast<uint32_t>(pool_->count()) : 0;
  pool_ = pool;
  const Napi::Env env = result.Env();
  auto buffers = Napi::Array::New(env, pool_->count());
  for (uint32_t i = 0; i < pool_->count(); ++i) buffers.Set(i, buffer_over(env, pool_, i));
  result.Set("buffers", buffers);
  result.Set("firstSlot", Napi::Number::New(env, first_));
}

uint32_t LentSlots::lend(Slot slot) {
  const uint32_t number = first_ + slot.index();
  lent_[number] = std::move(slot);
  return number;
}

}  // namespace mio
