// SPDX-License-Identifier: MIT
#include "core/slot_pool.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace mio {
namespace {

TEST(SlotPool, LendsEachSlotOnceAndThenNone) {
  const auto pool = SlotPool::create(3, 4096);
  const Slot a = pool->take();
  const Slot b = pool->take();
  const Slot c = pool->take();
  EXPECT_EQ((std::set{a.index(), b.index(), c.index()}.size()), 3U);
  EXPECT_EQ(pool->lent(), 3U);
  EXPECT_FALSE(pool->take());
}

TEST(SlotPool, TheLastHolderGivesTheSlotBack) {
  const auto pool = SlotPool::create(1, 4096);
  Slot first = pool->take();
  Slot second =
      first;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  first = {};
  EXPECT_EQ(pool->lent(), 1U);
  EXPECT_FALSE(pool->take());
  second = {};
  EXPECT_EQ(pool->lent(), 0U);
  EXPECT_TRUE(pool->take());
}

TEST(SlotPool, ASlotKeepsItsMemoryWhenThePoolIsForgotten) {
  auto pool = SlotPool::create(1, 4096);
  const Slot slot = pool->take();
  pool.reset();
  slot.data()[4095] = 7;
  EXPECT_EQ(slot.data()[4095], 7);
}

TEST(SlotPool, SlotsDoNotOverlap) {
  const auto pool = SlotPool::create(2, 100);
  const Slot a = pool->take();
  const Slot b = pool->take();
  std::fill_n(a.data(), 100, uint8_t{1});
  std::fill_n(b.data(), 100, uint8_t{2});
  EXPECT_EQ(a.data()[0], 1);
  EXPECT_EQ(a.data()[99], 1);
}

TEST(SlotPool, ManyThreadsTakeAndShareWithoutLosingOne) {
  const auto pool = SlotPool::create(4, 64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, t] {
      for (int i = 0; i < 2000; ++i) {
        const Slot slot = pool->take();
        if (!slot) continue;
        slot.data()[0] = static_cast<uint8_t>(t);
        const Slot shared = slot;
        EXPECT_EQ(shared.data()[0], t);
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(pool->lent(), 0U);
}

}  // namespace
}  // namespace mio
