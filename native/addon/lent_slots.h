// SPDX-License-Identifier: MIT
#pragma once

#include <napi.h>

#include <cstdint>
#include <map>
#include <memory>

#include "core/slot_pool.h"

namespace mio {

/**
 * The slots of a camera's pools as JavaScript knows them: by numbers, of which no two are the same
 * in all pools that the camera has had, and with one long-lived Buffer each.
 */
class LentSlots {
 public:
  /**
   * Another pool, if it is another one. Null, where memory for one could not be had, changes
   * nothing.
   * @returns `buffers` and `firstSlot`, which JavaScript needs to find its slots, or nothing
   */
  void adopt(Napi::Object result, const std::shared_ptr<SlotPool> &pool);

  /** Whether the slot is of the pool that JavaScript knows now. */
  bool know(const Slot &slot) const { return pool_ && slot.is_of(*pool_); }
  /** Lends it to JavaScript until `release`. Returns its number. */
  uint32_t lend(Slot slot);
  /** Doing it twice does nothing; doing it after the camera was closed is right. */
  void release(uint32_t number) { lent_.erase(number); }

  /** Null before the first one. */
  const std::shared_ptr<SlotPool> &pool() const { return pool_; }

 private:
  std::shared_ptr<SlotPool> pool_;
  /** Number of the pool's first slot. */
  uint32_t first_ = 0;
  std::map<uint32_t, Slot> lent_;
};

}  // namespace mio
