// SPDX-License-Identifier: MIT
#include "pipeline/rate_meter.h"

#include <gtest/gtest.h>

namespace mio {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

TEST(RateMeter, CountsIntervalsNotFrames) {
  RateMeter meter;
  for (int i = 0; i <= 30; ++i) meter.add(i * kSecond / 30);
  EXPECT_NEAR(meter.per_second(kSecond), 30.0, 1e-6);
}

TEST(RateMeter, ForgetsWhatIsOlderThanTwoSeconds) {
  RateMeter meter;
  for (int i = 0; i <= 30; ++i) meter.add(i * kSecond / 30);
  EXPECT_EQ(meter.per_second(4 * kSecond), 0);
}

TEST(RateMeter, OneFrameIsNoRate) {
  RateMeter meter;
  EXPECT_EQ(meter.per_second(0), 0);
  meter.add(kSecond);
  EXPECT_EQ(meter.per_second(kSecond), 0);
}

TEST(RateMeter, FollowsFastCameras) {
  RateMeter meter;
  for (int i = 0; i <= 1000; ++i) meter.add(i * kSecond / 240);
  EXPECT_NEAR(meter.per_second(1000 * kSecond / 240), 240.0, 0.01);
}

}  // namespace
}  // namespace mio
