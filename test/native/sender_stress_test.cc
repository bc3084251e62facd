// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "support/sender_world.h"

namespace mio {
namespace {

using test::Connection;
using test::SenderWorld;
using test::until;

/** Publishes as fast as it can, mostly frames and now and then a placeholder. */
class Publisher {
 public:
  Publisher(SenderWorld &world, size_t length)
      : thread_([this, &world, length] {
          for (int i = 0; !stop_; ++i) {
            if (i % 17 == 0) world.sender.publish(SenderWorld::placeholder("gone", "ERR_X"));
            if (i % 61 == 0) world.sender.clear();
            world.publish(static_cast<char>('a' + i % 26), length);
            std::this_thread::sleep_for(std::chrono::microseconds(200));
          }
        }) {}
  ~Publisher() {
    stop_ = true;
    thread_.join();
  }
  Publisher(const Publisher &) = delete;
  Publisher &operator=(const Publisher &) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

TEST(SenderStress, ThousandsJoinLeaveResetStall) {
  const size_t before = test::open_descriptors();
  {
    SenderWorld world(std::chrono::milliseconds(20));
    const Publisher publisher(world, 50'000);
    std::vector<std::thread> clients;
    for (uint32_t t = 0; t < 3; ++t) {
      clients.emplace_back([&world, t] {
        std::mt19937 random(t);
        std::deque<Connection> open;
        for (uint32_t i = 0; i < 1000; ++i) {
          const uint32_t id = t * 100'000 + i;
          Connection &viewer = open.emplace_back();
          ViewerWish wish;
          if (random() % 3 == 0) wish.fps = 1 + static_cast<double>(random() % 500);
          if (random() % 4 == 0) wish.frames = 1 + random() % 3;
          world.sender.add(id, viewer.duplicate(), wish);
          switch (random() % 7) {
            case 0:
              world.sender.remove(id);
              break;
            case 1:
              viewer.reset();
              break;
            case 2:
              viewer.client.reset();
              break;
            case 3:
              viewer.take(random() % 60'000);
              break;
            case 4:
              shutdown(viewer.server.get(), SHUT_RDWR);
              break;
            case 5:
              viewer.server.reset();
              break;
            default:
              break;  // stalls until it is dropped
          }
          if (random() % 200 == 0) world.sender.end(SenderWorld::placeholder("bye", "ended"));
          if (random() % 5 == 0) static_cast<void>(world.sender.viewers());
          if (open.size() > 50) open.pop_front();
        }
      });
    }
    for (std::thread &client : clients) client.join();
    // All are gone, or stall and are dropped.
    for (const auto &left : world.sender.viewers()) world.sender.remove(left.id);
    until([&] { return world.sender.viewers().empty(); });
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST(SenderStress, NothingStaysLent) {
  SenderWorld world(std::chrono::milliseconds(20));
  std::deque<Connection> connections(40);
  {
    const Publisher publisher(world, 400'000);
    uint32_t id = 0;
    for (const Connection &each : connections) world.sender.add(++id, each.duplicate(), {});
    until([&] { return world.sender.viewers().empty(); });
  }
  world.sender.clear();
  until([&] { return world.pool->lent() == 0; });
}

/** A stream of two parts whose connection ends at each point of it, in each way. */
TEST(SenderStress, ClosedAtEveryPoint) {
  const size_t before = test::open_descriptors();
  constexpr size_t kLength = 40;
  const std::string stream = SenderWorld::wire('a', kLength) + SenderWorld::wire('b', kLength);
  {
    SenderWorld world;
    uint32_t id = 0;
    for (size_t point = 0; point <= stream.size(); ++point) {
      for (int way = 0; way < 5; ++way) {
        Connection viewer;
        world.sender.add(++id, viewer.duplicate(), {});
        world.publish('a', kLength);
        const size_t half = SenderWorld::wire('a', kLength).size();
        if (point > half) {
          EXPECT_EQ(viewer.read(half), stream.substr(0, half));
          world.publish('b', kLength);
        }
        const size_t more = point > half ? point - half : point;
        EXPECT_EQ(viewer.read(more).size(), more);
        switch (way) {
          case 0:
            viewer.client.reset();
            break;
          case 1:
            viewer.reset();
            break;
          case 2:
            shutdown(viewer.server.get(), SHUT_WR);
            break;
          case 3:
            shutdown(viewer.server.get(), SHUT_RDWR);
            break;
          default:
            viewer.server.reset();
            break;
        }
        world.publish('c', kLength);
        world.publish('d', kLength);
        world.sender.remove(id);
        world.sender.clear();
      }
    }
    until([&] { return world.pool->lent() == 0; });
    EXPECT_TRUE(world.sender.viewers().empty());
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST(SenderStress, StopsAtEveryMoment) {
  for (int i = 0; i < 60; ++i) {
    SenderWorld world;
    std::deque<Connection> connections(3);
    uint32_t id = 0;
    for (const Connection &each : connections) world.sender.add(++id, each.duplicate(), {});
    const Publisher publisher(world, 200'000);
    if (i % 2 == 0) connections.front().take(static_cast<size_t>(i) * 100);
    world.sender.stop();
  }
}

}  // namespace
}  // namespace mio
