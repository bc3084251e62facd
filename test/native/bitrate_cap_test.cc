// SPDX-License-Identifier: MIT
#include "pipeline/bitrate_cap.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "encoder/jpeg_quality.h"

namespace mio {
namespace {

constexpr double kFps = 30;
constexpr double kPixels = 1280 * 720;

/** A stream with an encoder that obeys at once. */
struct Stream {
  BitrateCap &cap;
  int quality;
  int64_t time = 1'000'000'000;
  double fps = kFps;

  /** Runs some pictures of a scene. Returns the bytes per second of the last half. */
  double run(int pictures, double cost) {
    double bytes = 0;
    for (int i = 0; i < pictures; ++i) {
      const double one = bits_per_pixel(quality) * kPixels / 8 * cost;
      const int next = cap.add(static_cast<size_t>(one), quality, time);
      EXPECT_LE(std::abs(next - quality), 3) << "quality jumps";
      quality = next;
      time += static_cast<int64_t>(1e9 / fps);
      if (i >= pictures / 2) bytes += one;
    }
    return bytes / (pictures - pictures / 2) * fps;
  }
};

TEST(BitrateCap, LeavesTheQualityAloneBelowTheLimit) {
  BitrateCap cap(100e6, 85);
  Stream stream{cap, 85};
  stream.run(100, 1);
  EXPECT_EQ(stream.quality, 85);
}

TEST(BitrateCap, WithoutALimitItDoesNothing) {
  BitrateCap cap(0, 90);
  Stream stream{cap, 90};
  stream.run(100, 50);
  EXPECT_EQ(stream.quality, 90);
}

TEST(BitrateCap, KeepsABusySceneBelowTheLimitAndUsesWhatThereIs) {
  constexpr double kLimit = 2e6;
  BitrateCap cap(kLimit, 90);
  Stream stream{cap, 90};
  const double rate = stream.run(200, 1.5);
  EXPECT_LE(rate, kLimit * 1.02);
  EXPECT_GE(rate, kLimit * 0.8) << "quality is thrown away";
}

TEST(BitrateCap, HoldsForSlowCamerasToo) {
  for (const double fps : {1.0, 0.2}) {
    const double limit = 100'000 * fps;
    BitrateCap cap(limit, 90);
    const double rate = Stream{cap, 90, 1'000'000'000, fps}.run(200, 1.5);
    EXPECT_LE(rate, limit * 1.02) << fps;
    EXPECT_GE(rate, limit * 0.8) << fps;
  }
}

TEST(BitrateCap, WhoAsksNowAndThenIsNoMeasureForAStream) {
  constexpr double kLimit = 2e6;
  BitrateCap cap(kLimit, 90);
  Stream stream{cap, 90};
  stream.fps = 0.2;
  stream.run(20, 1.5);
  EXPECT_EQ(stream.quality, 90);
  stream.fps = kFps;
  EXPECT_LE(stream.run(60, 1.5), kLimit * 1.02);
}

TEST(BitrateCap, APauseIsNoRate) {
  BitrateCap cap(2e6, 90);
  Stream stream{cap, 90};
  stream.run(200, 1.5);
  const int before = stream.quality;
  for (int i = 0; i < 3; ++i) {
    stream.time += 60'000'000'000;
    stream.run(30, 1.5);
    EXPECT_LE(stream.quality, before + 1);
  }
}

TEST(BitrateCap, RaisesTheQualityAgainWhenTheSceneCalmsDown) {
  BitrateCap cap(2e6, 80);
  Stream stream{cap, 80};
  stream.run(150, 3);
  const int busy = stream.quality;
  EXPECT_LT(busy, 60);
  stream.run(300, 0.2);
  EXPECT_EQ(stream.quality, 80);
}

TEST(BitrateCap, ANewWishHoldsTheLimitToo) {
  BitrateCap cap(2e6, 40);
  Stream stream{cap, 40};
  stream.run(100, 1);
  stream.quality = cap.want(95);
  EXPECT_LT(stream.quality, 95);
  EXPECT_LE(stream.run(100, 1), 2e6 * 1.02);
  EXPECT_EQ(cap.want(10), 10);
}

TEST(BitrateCap, SteersUntilTheWayBackFromALimitIsDone) {
  BitrateCap cap(0, 80);
  EXPECT_FALSE(cap.is_steering());
  cap.limit(2e6);
  Stream stream{cap, 80};
  stream.run(100, 3);
  EXPECT_LT(stream.quality, 80);
  cap.limit(0);
  EXPECT_TRUE(cap.is_steering()) << "quality is still low";
  stream.run(100, 3);
  EXPECT_EQ(stream.quality, 80);
  EXPECT_FALSE(cap.is_steering());
}

TEST(BitrateCap, APauseIsNoFrameInterval) {
  BitrateCap cap(2e6, 80);
  Stream stream{cap, 80};
  stream.run(100, 3);
  const int before = stream.quality;
  stream.time += 3'600'000'000'000;
  stream.run(2, 3);
  EXPECT_NEAR(stream.quality, before, 1);
}

}  // namespace
}  // namespace mio
