// SPDX-License-Identifier: MIT
#include "sender/sender.h"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <deque>
#include <thread>

#include "support/sender_world.h"

namespace mio {
namespace {

using test::Connection;
using test::kBetween;
using test::kClosing;
using test::SenderWorld;
using test::until;

constexpr size_t kSmall = 10'000;
/** More than the kernel swallows of a connection that nobody reads. */
constexpr size_t kLarge = 300'000;

TEST(Sender, SendsEachFrameToAllInTheWireFormat) {
  SenderWorld world;
  std::deque<Connection> connections(3);
  uint32_t id = 0;
  for (const Connection &each : connections) world.sender.add(++id, each.duplicate(), {});
  for (const char fill : {'a', 'b', 'c'}) {
    world.publish(fill, kSmall);
    const std::string expected = SenderWorld::wire(fill, kSmall);
    for (const Connection &each : connections) EXPECT_EQ(each.read(expected.size()), expected);
  }
  until([&] { return world.sender.sums().sent() == 9; });
  const ViewerCounters &counters = world.counters(2);
  EXPECT_EQ(counters.sent(), 3U);
  EXPECT_EQ(counters.bytes(), 3 * SenderWorld::wire('a', kSmall).size());
  EXPECT_EQ(world.sender.sums().bytes(), 3 * counters.bytes());
  EXPECT_GT(counters.per_second(monotonic_ns()), 0);
  EXPECT_EQ(world.sender.frames().count, 3U);
}

TEST(Sender, WhoComesLaterGetsTheNewestFrameAtOnce) {
  SenderWorld world;
  world.publish('a', kSmall);
  until([&] { return world.sender.frames().count == 1; });
  world.publish('b', kSmall);
  until([&] { return world.sender.frames().count == 2; });
  const Connection late;
  world.sender.add(1, late.duplicate(), {});
  const std::string expected = SenderWorld::wire('b', kSmall);
  EXPECT_EQ(late.read(expected.size()), expected);
}

TEST(Sender, AfterClearNothingIsKept) {
  SenderWorld world;
  world.publish('a', kSmall);
  world.sender.clear();
  until([&] { return world.pool->lent() == 0; });
  const Connection late;
  world.sender.add(1, late.duplicate(), {});
  world.publish('b', kSmall);
  const std::string expected = SenderWorld::wire('b', kSmall);
  EXPECT_EQ(late.read(expected.size()), expected);
}

TEST(Sender, APlaceholderHasAStateAndNoExposure) {
  SenderWorld world;
  const Connection viewer;
  world.sender.add(1, viewer.duplicate(), {.fps = 0.001});
  world.publish('a', kSmall);
  viewer.read(SenderWorld::wire('a', kSmall).size());
  world.sender.publish(SenderWorld::placeholder("gone", "ERR_X"));
  EXPECT_EQ(viewer.read_until(kBetween), "L:4 T:1700000000.000000 S:ERR_X\r\n\r\ngone" + kBetween)
      << "no pacing holds it back";
  EXPECT_EQ(world.sender.frames().count, 1U);
  const auto counts = world.sender.sums().latency_counts();
  uint64_t all = 0;
  for (const uint64_t count : counts) all += count;
  EXPECT_EQ(all, 1U);
}

TEST(Sender, ASlowViewerGetsTheNewestFrameAndHoldsOneSlot) {
  SenderWorld world;
  const Connection slow;
  const Connection fast;
  world.sender.add(1, slow.duplicate(), {});
  world.sender.add(2, fast.duplicate(), {});
  const std::string first = SenderWorld::wire('a', kLarge);
  // Each is read by the fast viewer before the next one comes; the slow one is stuck in the first.
  for (char fill = 'a'; fill <= 'z'; ++fill) {
    world.publish(fill, kLarge);
    const std::string expected = SenderWorld::wire(fill, kLarge);
    ASSERT_EQ(fast.read(expected.size()), expected);
    until([&] { return world.counters(2).sent() == static_cast<uint64_t>(fill - 'a' + 1); });
    EXPECT_LE(world.pool->lent(), 3U) << "in flight, newest, and one on its way";
  }
  EXPECT_EQ(world.counters(1).sent(), 0U);
  EXPECT_EQ(world.counters(1).skipped(), 24U) << "all but the one in flight and the newest";
  EXPECT_EQ(slow.read(first.size()), first);
  EXPECT_EQ(slow.read(first.size()), SenderWorld::wire('z', kLarge));
  EXPECT_EQ(world.counters(2).skipped(), 0U);
}

TEST(Sender, FpsFollowsAScheduleInExposureTimes) {
  SenderWorld world;
  const Connection third;
  world.sender.add(1, third.duplicate(), {.fps = 10});
  const Connection all;
  world.sender.add(2, all.duplicate(), {});
  const std::string wire = SenderWorld::wire('x', 100);
  for (int i = 0; i < 90; ++i) {
    world.publish('x', 100, 1'000'000'000 + i * int64_t{33'333'333});
    all.read(wire.size());
  }
  until([&] { return world.counters(1).sent() >= 30; });
  EXPECT_EQ(third.read(30 * wire.size()).size(), 30 * wire.size());
  EXPECT_EQ(world.counters(1).sent(), 30U);
  EXPECT_EQ(world.counters(1).skipped(), 0U) << "what it did not want it has not skipped";
}

TEST(Sender, FramesEndsAfterSoManyWithTheClosingDelimiter) {
  SenderWorld world;
  const Connection viewer;
  const Connection other;
  world.sender.add(1, viewer.duplicate(), {.frames = 2});
  world.sender.add(2, other.duplicate(), {});
  for (const char fill : {'a', 'b', 'c'}) {
    world.publish(fill, kSmall);
    other.read(SenderWorld::wire(fill, kSmall).size());
  }
  EXPECT_EQ(world.departure(1), Departure::kEnded);
  const std::string expected =
      SenderWorld::wire('a', kSmall) + SenderWorld::wire('b', kSmall, kClosing);
  EXPECT_EQ(viewer.read(expected.size()), expected);
  EXPECT_EQ(world.sender.viewers().size(), 1U);
}

TEST(Sender, WhoTakesNothingInTimeIsDroppedAndWhoIsIdleIsNot) {
  SenderWorld world(std::chrono::milliseconds(50));
  const Connection idle;
  const Connection stalled;
  world.sender.add(1, idle.duplicate(), {.fps = 0.001});
  world.publish('a', kSmall);
  idle.read(SenderWorld::wire('a', kSmall).size());
  world.sender.add(2, stalled.duplicate(), {});
  world.publish('b', kLarge);
  EXPECT_EQ(world.departure(2), Departure::kTimeout);
  until([&] { return world.pool->lent() == 1; });
  ASSERT_EQ(world.sender.viewers().size(), 1U);
  EXPECT_EQ(world.sender.viewers().front().id, 1U) << "nothing was in flight";
}

TEST(Sender, AResetCostsOnlyTheOneWhoDidIt) {
  SenderWorld world;
  Connection resetting;
  const Connection other;
  world.sender.add(1, resetting.duplicate(), {});
  world.sender.add(2, other.duplicate(), {});
  world.publish('a', kLarge);
  other.read(SenderWorld::wire('a', kLarge).size());
  resetting.reset();
  EXPECT_EQ(world.departure(1), Departure::kDisconnected);
  world.publish('b', kSmall);
  const std::string expected = SenderWorld::wire('b', kSmall);
  EXPECT_EQ(other.read(expected.size()), expected);
}

TEST(Sender, AClientThatOnlyWritesNoMoreIsStillServed) {
  SenderWorld world;
  const Connection viewer;
  shutdown(viewer.client.get(), SHUT_WR);
  world.sender.add(1, viewer.duplicate(), {});
  for (const char fill : {'a', 'b'}) {
    world.publish(fill, kSmall);
    const std::string expected = SenderWorld::wire(fill, kSmall);
    EXPECT_EQ(viewer.read(expected.size()), expected);
  }
}

TEST(Sender, TheOwnersShutdownEndsIt) {
  SenderWorld world;
  const Connection viewer;
  world.sender.add(1, viewer.duplicate(), {});
  world.publish('a', kSmall);
  viewer.read(SenderWorld::wire('a', kSmall).size());
  shutdown(viewer.server.get(), SHUT_RDWR);
  EXPECT_EQ(world.departure(1), Departure::kDisconnected);
}

TEST(Sender, RemoveClosesTheDuplicateAndTellsNothing) {
  SenderWorld world;
  Connection viewer;
  world.sender.add(1, viewer.duplicate(), {});
  viewer.server.reset();  // the duplicate keeps the connection open
  world.publish('a', kSmall);
  EXPECT_EQ(viewer.read(4), "L:10");
  world.sender.remove(1);
  EXPECT_TRUE(viewer.read_all().ends_with(kBetween));
  EXPECT_TRUE(world.sender.take_left().empty());
  EXPECT_TRUE(world.sender.viewers().empty());
}

TEST(Sender, EndComesAfterThePartInFlightWithALastPicture) {
  SenderWorld world;
  Connection busy;
  Connection idle;
  world.sender.add(1, busy.duplicate(), {});
  world.publish('a', kLarge);
  world.sender.add(2, idle.duplicate(), {.frames = 2});
  const std::string first = SenderWorld::wire('a', kLarge);
  EXPECT_EQ(idle.read(first.size()), first);
  world.sender.end(SenderWorld::placeholder("bye", "ended"));
  EXPECT_EQ(world.departure(2), Departure::kEnded);
  const std::string last = "L:3 T:1700000000.000000 S:ended\r\n\r\nbye" + kClosing;
  busy.server.reset();
  idle.server.reset();
  EXPECT_EQ(idle.read_all(), last);
  EXPECT_EQ(busy.read_all(), first + last);
  EXPECT_EQ(world.departure(1), Departure::kEnded);
}

TEST(Sender, EndWithoutALastPicture) {
  SenderWorld world;
  Connection viewer;
  world.sender.add(1, viewer.duplicate(), {});
  world.sender.end(std::nullopt);
  EXPECT_EQ(world.departure(1), Departure::kEnded);
  viewer.server.reset();
  EXPECT_EQ(viewer.read_all(), "");
}

TEST(Sender, StopClosesAllAndGivesAllBack) {
  const size_t before = test::open_descriptors();
  {
    SenderWorld world;
    Connection viewer;
    world.sender.add(1, viewer.duplicate(), {});
    world.publish('a', kLarge);
    viewer.read(10);
    viewer.server.reset();
    world.sender.stop();
    EXPECT_EQ(test::open_descriptors(), before + 1) << "the client's";
    EXPECT_LT(viewer.read_all().size(), kLarge);
    EXPECT_EQ(world.pool->lent(), 0U);
    world.publish('b', kSmall);  // of a camera that has not heard yet
    world.sender.add(2, UniqueFd(), {});
    EXPECT_EQ(world.pool->lent(), 0U);
    EXPECT_TRUE(world.sender.viewers().empty());
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST(Sender, TheKernelIsToKeepOneFrameAndDelayNothing) {
  SenderWorld world;
  const Connection viewer;
  world.sender.add(1, viewer.duplicate(), {});
  world.publish('a', 200'000);
  viewer.read(SenderWorld::wire('a', 200'000).size());
  const auto option = [&](int name) {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(getsockopt(viewer.server.get(), IPPROTO_TCP, name, &value, &size), 0);
    return value;
  };
  EXPECT_EQ(option(TCP_NODELAY), 1);
  EXPECT_EQ(option(TCP_NOTSENT_LOWAT), 256 * 1024);
}

TEST(Sender, WhatIsNoSocketIsDropped) {
  SenderWorld world;
  world.sender.add(1, UniqueFd(memfd_create("file", 0)), {});
  EXPECT_EQ(world.departure(1), Departure::kDisconnected);
  world.sender.add(2, UniqueFd(), {});
  EXPECT_EQ(world.departure(2), Departure::kDisconnected);
}

}  // namespace
}  // namespace mio
