// SPDX-License-Identifier: MIT
#include "core/slot_pool.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

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

/** Memory that a device could have: here, memfds. */
std::vector<UniqueFd> memfds(size_t count, size_t bytes) {
  std::vector<UniqueFd> all;
  for (size_t i = 0; i < count; ++i) {
    all.emplace_back(memfd_create("slot", MFD_CLOEXEC));
    EXPECT_EQ(ftruncate(all.back().get(), static_cast<off_t>(bytes)), 0);
  }
  return all;
}

TEST(SlotPool, ASharedSlotIsTheMemoryOfItsDescriptor) {
  const auto pool = SlotPool::create(memfds(2, 8192), 8192, "test");
  EXPECT_TRUE(pool->shared());
  EXPECT_EQ(pool->kind(), "test");
  const Slot slot = pool->take();
  slot.to_device();
  const char written = 'x';
  ASSERT_EQ(pwrite(slot.fd(), &written, 1, 8191), 1);
  slot.to_cpu();
  EXPECT_EQ(slot.data()[8191], 'x');
}

TEST(SlotPool, EverySlotHasHeadRoomInOnePieceWithIt) {
  for (const auto &pool :
       {SlotPool::create(1, 4096), SlotPool::create(memfds(1, 4096), 4096, "test")}) {
    const Slot slot = pool->take();
    uint8_t *memory = pool->memory(slot.index());
    EXPECT_EQ(memory + SlotPool::head_room(), slot.data());
    EXPECT_EQ(pool->memory_bytes(), SlotPool::head_room() + 4096);
    std::fill_n(memory, pool->memory_bytes(), uint8_t{9});
    EXPECT_EQ(slot.data()[0], 9);
  }
}

TEST(SlotPool, RetiredItGivesItsMemoryBackAtOnceButForWhatIsLent) {
  const auto pool = SlotPool::create(memfds(3, 4096), 4096, "test");
  Slot held = pool->take();
  const uint32_t index = held.index();
  const uint8_t *late = held.data();
  held.data()[9] = 'h';
  std::vector<int> others;
  for (uint32_t i = 0; i < 3; ++i) {
    pool->data(i)[0] = 'x';
    if (i != index) others.push_back(pool->fd(i));
  }
  pool->retire();
  EXPECT_FALSE(pool->take());
  for (const int fd : others) EXPECT_EQ(fcntl(fd, F_GETFD), -1) << "still open";
  for (uint32_t i = 0; i < 3; ++i) EXPECT_EQ(pool->data(i)[0], i == index ? 'x' : 0);
  const int fd = held.fd();
  EXPECT_NE(fcntl(fd, F_GETFD), -1);
  EXPECT_EQ(late[9], 'h');
  held = {};
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  // Whoever has kept the address reads zeros.
  EXPECT_EQ(late[9], 0);
  EXPECT_EQ(pool->lent(), 0U);
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
