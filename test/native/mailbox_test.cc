// SPDX-License-Identifier: MIT
#include "core/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace mio {
namespace {

TEST(Mailbox, TheNewestWinsAndTheDisplacedOneComesBack) {
  Mailbox<int> mailbox;
  EXPECT_FALSE(mailbox.put(1));
  EXPECT_EQ(mailbox.put(2), 1);
  EXPECT_EQ(mailbox.take(), 2);
  EXPECT_FALSE(mailbox.take());
}

TEST(Mailbox, HoldsThingsThatOnlyMove) {
  Mailbox<std::unique_ptr<int>> mailbox;
  mailbox.put(std::make_unique<int>(5));
  EXPECT_EQ(**mailbox.take(), 5);
}

TEST(Mailbox, EachThingIsEitherTakenOrDisplaced) {
  constexpr int kCount = 20'000;
  Mailbox<int> mailbox;
  std::atomic<bool> done{false};
  int taken = 0;
  int last = -1;
  std::thread reader([&] {
    while (!done) {
      if (const auto item = mailbox.take()) {
        EXPECT_GT(*item, last);
        last = *item;
        ++taken;
      }
    }
  });
  int displaced = 0;
  for (int i = 0; i < kCount; ++i) displaced += mailbox.put(i) ? 1 : 0;
  done = true;
  reader.join();
  taken += mailbox.take() ? 1 : 0;
  EXPECT_EQ(taken + displaced, kCount);
}

}  // namespace
}  // namespace mio
