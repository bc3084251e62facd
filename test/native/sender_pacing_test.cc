// SPDX-License-Identifier: MIT
#include "sender/pacing.h"

#include <gtest/gtest.h>

namespace mio {
namespace {

/** How many of 300 frames at `camera` per second are taken. */
int taken(double wanted, double camera, double jitter = 0) {
  Pacing pacing(wanted);
  int count = 0;
  for (int i = 0; i < 300; ++i) {
    const double wobble = i % 2 == 0 ? jitter : -jitter;
    const auto time = static_cast<int64_t>((i + wobble) * 1e9 / camera);
    if (!pacing.is_due(time)) continue;
    pacing.take(time);
    ++count;
  }
  return count;
}

TEST(Pacing, IsRightOnAverageForAnyPairOfRates) {
  EXPECT_EQ(taken(10, 30), 100);
  EXPECT_EQ(taken(20, 30), 200);
  EXPECT_NEAR(taken(24, 30), 240, 1);
  EXPECT_EQ(taken(30, 30), 300);
  EXPECT_EQ(taken(60, 30), 300);
  EXPECT_EQ(taken(std::numeric_limits<double>::infinity(), 30), 300);
}

TEST(Pacing, JitterDoesNotLowerTheRate) { EXPECT_NEAR(taken(30, 30, 0.02), 300, 1); }

TEST(Pacing, StartsAfreshAfterAGapAndOnAnotherClock) {
  Pacing pacing(10);
  pacing.take(0);
  EXPECT_FALSE(pacing.is_due(50'000'000));
  EXPECT_TRUE(pacing.is_due(5'000'000'000));
  pacing.take(5'000'000'000);
  EXPECT_FALSE(pacing.is_due(5'050'000'000)) << "no burst to catch up";
  EXPECT_TRUE(pacing.is_due(1'000)) << "another clock";
}

}  // namespace
}  // namespace mio
