// SPDX-License-Identifier: MIT
#include "addon/lent_slots.h"

#include <utility>

#include "addon/addon_data.h"

namespace mio {

void LentSlots::adopt(Napi::Object result, const std::shared_ptr<SlotPool> &pool) {
  if (!pool || pool_ == pool) return;
  // Slots of the last pool may be out still: numbers go on where those end.
  first_ += pool_ ? static_cast<uint32_t>(pool_->count()) : 0;
  pool_ = pool;
  const Napi::Env env = result.Env();
  result.Set("buffers", AddonData::of(env).buffers_of(env, pool_));
  result.Set("firstSlot", Napi::Number::New(env, first_));
}

uint32_t LentSlots::lend(Slot slot) {
  const uint32_t number = first_ + slot.index();
  lent_[number] = std::move(slot);
  return number;
}

}  // namespace mio
