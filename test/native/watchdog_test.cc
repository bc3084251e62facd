// SPDX-License-Identifier: MIT
#include "pipeline/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace mio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/** @param first how long the first feed may take */
Watchdog::Patience patience(milliseconds timeout, milliseconds first) {
  return [=](bool is_first) { return is_first ? first : timeout; };
}

TEST(Watchdog, ExpiresWhenNotFed) {
  std::promise<void> expired;
  Watchdog dog(patience(milliseconds(20), milliseconds(20)), [&] { expired.set_value(); });
  EXPECT_EQ(expired.get_future().wait_for(seconds(10)), std::future_status::ready);
}

TEST(Watchdog, GivesTheFirstFeedMoreTime) {
  const auto start = steady_clock::now();
  std::promise<void> expired;
  Watchdog dog(patience(milliseconds(1), milliseconds(100)), [&] { expired.set_value(); });
  expired.get_future().wait();
  EXPECT_GE(steady_clock::now() - start, milliseconds(100));
}

TEST(Watchdog, FeedingPutsItOff) {
  std::promise<void> expired;
  auto future = expired.get_future();
  Watchdog dog(patience(milliseconds(200), milliseconds(200)), [&] { expired.set_value(); });
  // Fed for longer than its timeout; each wait is the condition "has it expired?".
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(future.wait_for(milliseconds(15)), std::future_status::timeout);
    dog.feed();
  }
  const auto last = steady_clock::now();
  future.wait();
  EXPECT_GE(steady_clock::now() - last, milliseconds(150));
}

TEST(Watchdog, PatienceMayGrowMeanwhile) {
  std::promise<void> expired;
  const auto start = steady_clock::now();
  std::atomic<milliseconds> timeout{milliseconds(20)};
  Watchdog dog([&](bool) { return timeout.load(); }, [&] { expired.set_value(); });
  timeout = milliseconds(200);
  expired.get_future().wait();
  EXPECT_GE(steady_clock::now() - start, milliseconds(200));
}

TEST(Watchdog, StoppingEndsItAtOnce) {
  bool expired = false;
  Watchdog dog(patience(seconds(60), seconds(60)), [&] { expired = true; });
  dog.stop();
  EXPECT_FALSE(expired);
}

}  // namespace
}  // namespace mio
