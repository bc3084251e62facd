// SPDX-License-Identifier: MIT
#include "backend/choose_sensor_mode.h"

#include <gtest/gtest.h>

namespace mio {
namespace {

mio_sensor_mode mode(uint32_t width, uint32_t height, uint32_t bits, double fps,
                     mio_rectangle crop) {
  return {width, height, bits, fps, crop, 0};
}

// As `rpicam-hello --list-cameras` prints them.
std::vector<mio_sensor_mode> imx708() {
  std::vector<mio_sensor_mode> modes{mode(1536, 864, 10, 120.13, {768, 432, 3072, 1728}),
                                     mode(2304, 1296, 10, 56.03, {0, 0, 4608, 2592}),
                                     mode(4608, 2592, 10, 14.35, {0, 0, 4608, 2592})};
  mark_full_field_of_view(modes);
  return modes;
}

std::vector<mio_sensor_mode> imx219() {
  std::vector<mio_sensor_mode> modes;
  for (const uint32_t bits : {8U, 10U}) {
    modes.push_back(mode(640, 480, bits, bits == 8 ? 206.65 : 103.33, {1000, 752, 1280, 960}));
    modes.push_back(mode(1640, 1232, bits, bits == 8 ? 83.7 : 41.85, {0, 0, 3280, 2464}));
    modes.push_back(mode(1920, 1080, bits, bits == 8 ? 94.46 : 47.57, {680, 692, 1920, 1080}));
    modes.push_back(mode(3280, 2464, bits, bits == 8 ? 42.4 : 21.19, {0, 0, 3280, 2464}));
  }
  mark_full_field_of_view(modes);
  return modes;
}

std::vector<uint32_t> chosen(const std::vector<mio_sensor_mode> &modes, uint32_t width,
                             uint32_t height, double fps) {
  const mio_sensor_mode *best = choose_sensor_mode(modes, width, height, fps);
  return best == nullptr ? std::vector<uint32_t>()
                         : std::vector{best->width, best->height, best->bit_depth};
}

using Size = std::vector<uint32_t>;

TEST(ChooseSensorMode, TheWholeFieldOfViewIsSeenNotTheMiddleOfIt) {
  EXPECT_EQ(chosen(imx708(), 1280, 720, 30), (Size{2304, 1296, 10}));
  EXPECT_EQ(chosen(imx219(), 1280, 720, 30), (Size{1640, 1232, 10}));
}

TEST(ChooseSensorMode, APictureIsNotEnlargedWhereThereAreMorePixels) {
  EXPECT_EQ(chosen(imx708(), 4608, 2592, 10), (Size{4608, 2592, 10}));
  EXPECT_EQ(chosen(imx219(), 1920, 1080, 20), (Size{3280, 2464, 10}));
}

TEST(ChooseSensorMode, TheRateThatWasAskedForComesFirst) {
  EXPECT_EQ(chosen(imx708(), 1280, 720, 100), (Size{1536, 864, 10}));
  EXPECT_EQ(chosen(imx219(), 1280, 720, 60), (Size{1640, 1232, 8}))
      << "fewer bits, not a smaller view";
  EXPECT_EQ(chosen(imx708(), 4608, 2592, 30), (Size{2304, 1296, 10}));
}

TEST(ChooseSensorMode, ARateThatNoModeReachesGetsTheFastest) {
  EXPECT_EQ(chosen(imx708(), 1280, 720, 240), (Size{1536, 864, 10}));
}

TEST(ChooseSensorMode, WithoutModesThereIsNothingToChoose) {
  EXPECT_EQ(choose_sensor_mode({}, 1280, 720, 30), nullptr);
}

TEST(ChooseSensorMode, ABinnedModeThatLeavesOutAnEdgeSeesAllTheSame) {
  std::vector<mio_sensor_mode> modes{mode(2028, 1520, 12, 40.01, {0, 0, 4056, 3040}),
                                     mode(2024, 1518, 12, 50, {4, 2, 4048, 3036}),
                                     mode(1332, 990, 10, 120.05, {696, 528, 2664, 1980})};
  mark_full_field_of_view(modes);
  EXPECT_EQ(modes[0].full_field_of_view, 1);
  EXPECT_EQ(modes[1].full_field_of_view, 1);
  EXPECT_EQ(modes[2].full_field_of_view, 0);
}

}  // namespace
}  // namespace mio
