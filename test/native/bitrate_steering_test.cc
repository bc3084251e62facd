// SPDX-License-Identifier: MIT
#include "encoder/v4l2/bitrate_steering.h"

#include <gtest/gtest.h>

#include <cmath>

#include "encoder/jpeg_quality.h"

namespace mio {
namespace {

/** An encoder with rate control: spends what it is given, on a scene that is `cost` times as busy
 * as usual. */
struct Device {
  double pixels, fps, cost;
  int quality = 50;
  size_t picture(int64_t bitrate) {
    const auto bytes = [&](int q) { return bits_per_pixel(q) * pixels * cost / 8; };
    const double budget = static_cast<double>(bitrate) / 8 / fps;
    while (quality > 1 && bytes(quality) > budget) --quality;
    while (quality < 100 && bytes(quality + 1) <= budget) ++quality;
    return static_cast<size_t>(bytes(quality));
  }
};

int settle(Device &device, BitrateSteering &steering, int64_t bitrate) {
  for (int i = 0; i < 200; ++i) {
    const size_t bytes = device.picture(bitrate);
    bitrate = steering.measured(bytes, device.quality);
  }
  return device.quality;
}

TEST(BitrateSteering, FindsTheWantedQualityWhateverTheScene) {
  for (const double cost : {0.2, 0.7, 1.0, 2.5}) {
    for (const int quality : {30, 60, 80, 95}) {
      Device device{1280 * 720, 30, cost};
      BitrateSteering steering(1280 * 720, 30);
      EXPECT_NEAR(settle(device, steering, steering.set_quality(quality)), quality, 2)
          << "scene " << cost;
    }
  }
}

TEST(BitrateSteering, FollowsAChangeOfQualityAndOfTheScene) {
  Device device{640 * 480, 25, 1.5};
  BitrateSteering steering(640 * 480, 25);
  settle(device, steering, steering.set_quality(80));
  EXPECT_NEAR(settle(device, steering, steering.set_quality(40)), 40, 2);
  device.cost = 0.3;
  EXPECT_NEAR(settle(device, steering, steering.measured(0, 0)), 40, 2);
}

TEST(BitrateSteering, APictureOfUnknownQualityChangesNothing) {
  BitrateSteering steering(640 * 480, 30);
  const int64_t bitrate = steering.set_quality(80);
  EXPECT_EQ(steering.measured(1'000'000, 0), bitrate);
}

TEST(BitrateSteering, OnePictureNeverTurnsItAllTheWay) {
  BitrateSteering steering(640 * 480, 30);
  const auto bitrate = static_cast<double>(steering.set_quality(80));
  EXPECT_LE(static_cast<double>(steering.measured(50'000'000, 1)), bitrate * 1.5);
}

}  // namespace
}  // namespace mio
