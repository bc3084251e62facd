// SPDX-License-Identifier: MIT
// The hardware encoder on its own: choice, memory, colours, quality, sizes, stopping.
#include "encoder/v4l2/m2m_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <set>
#include <sstream>
#include <thread>

#include "core/fault.h"
#include "encoder/jpeg_quality.h"
#include "encoder/make_encoder.h"
#include "support/collector.h"
#include "support/m2m_world.h"
#include "support/picture_buffers.h"

namespace mio {
namespace {

using test::Collector;
using test::M2mWorld;
using test::near;
using test::PictureBuffers;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr test::Rgb kRed{200, 30, 20};
constexpr test::Rgb kBlue{20, 40, 190};

ino_t inode(int fd) {
  struct stat status{};
  fstat(fd, &status);
  return status.st_ino;
}

/** A chosen encoder with all that it needs. */
struct Rig {
  explicit Rig(const PictureBuffers &buffers, bool full_range = true,
               const std::string &forced = "auto", int quality = 80)
      : input(buffers.input(full_range)),
        choice(choose_encoder(input, forced)),
        pool(make_slots(choice, 8)),
        encoder(make_encoder(choice, input, quality, pool, collector)) {}

  /** Encodes one picture and waits for it. */
  const Jpeg &encode(const PictureBuffers &buffers, uint32_t buffer, uint64_t sequence) {
    const size_t before = collector.jpegs_.size();
    EXPECT_TRUE(encoder->submit(buffers.picture(buffer, sequence), pool->take()));
    collector.wait_until(
        [&] { return collector.jpegs_.size() > before || !collector.failures_.empty(); });
    return collector.jpegs_.back();
  }

  EncoderInput input;
  EncoderChoice choice;
  std::shared_ptr<SlotPool> pool;
  Collector collector;
  std::unique_ptr<Encoder> encoder;
};

// ---- choice ----

TEST(ChooseEncoder, PrefersTheDeviceWithAQualityAndReportsIt) {
  const M2mWorld world;
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  const Rig rig(buffers);
  const EncoderReport report = rig.encoder->report();
  EXPECT_EQ(report.name, "v4l2-m2m");
  EXPECT_EQ(report.device, "/dev/video31 (bcm2835-codec-encode_image)");
  EXPECT_EQ(report.output, "into slots in dma-heap linux,cma");
  EXPECT_FALSE(report.reason.empty());
}

TEST(ChooseEncoder, WithoutADeviceItIsTheCpuAndSaysWhy) {
  const M2mWorld world;
  world.on("video11.absent");
  world.on("video31.no-raw");
  const PictureBuffers buffers(MIO_FORMAT_NV12, 320, 240, 3);
  const Rig rig(buffers);
  EXPECT_STREQ(rig.encoder->name(), "turbojpeg");
  EXPECT_THAT(rig.encoder->report().reason,
              HasSubstr("/dev/video31: it does not take the camera's format NV12"));
}

TEST(ChooseEncoder, ForcedHardwareThatIsNotThereIsAnErrorWithTheReasons) {
  const M2mWorld world;
  world.on("video11.denied");
  world.on("video31.small");
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 640, 480, 3);
  try {
    choose_encoder(buffers.input(), "v4l2-m2m");
    FAIL() << "it was chosen";
  } catch (const FaultError &e) {
    EXPECT_EQ(e.fault().code, "ERR_ENCODER");
    EXPECT_THAT(e.what(),
                HasSubstr("/dev/video11: it could not be opened: Permission denied (13)"));
    EXPECT_THAT(e.what(),
                HasSubstr("/dev/video31: it takes pictures from 32x32 to 320x240, not 640x480"));
  }
}

TEST(ChooseEncoder, ADeviceThatFailsItsTrialIsPassedOver) {
  const M2mWorld world;
  world.on("video31.error");
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  EXPECT_THAT(Rig(buffers).encoder->report().device, HasSubstr("/dev/video11"));
  world.on("video11.truncate");
  const Rig none(buffers);
  EXPECT_STREQ(none.encoder->name(), "turbojpeg");
  EXPECT_THAT(none.encoder->report().reason, HasSubstr("marked as broken"));
  EXPECT_THAT(none.encoder->report().reason, HasSubstr("no whole JPEG"));
  EXPECT_THROW(Rig(buffers, true, "v4l2-m2m"), FaultError);
}

TEST(ChooseEncoder, TurbojpegCanBeForcedThoughThereIsADevice) {
  const M2mWorld world;
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  EXPECT_STREQ(Rig(buffers, true, "turbojpeg").encoder->name(), "turbojpeg");
  EXPECT_TRUE(world.log("video").empty()) << "no device was touched";
}

TEST(ChooseEncoder, WithMoreSlotsThanAQueueHasBuffersItCopies) {
  const M2mWorld world;
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  const EncoderInput input = buffers.input();
  const EncoderChoice choice = choose_encoder(input, "auto");
  const auto pool = make_slots(choice, 40);
  Collector collector;
  const auto encoder = make_encoder(choice, input, 80, pool, collector);
  EXPECT_THAT(encoder->report().output, HasSubstr("one copy"));
}

// ---- memory ----

TEST(M2mEncoder, NobodyMapsTheCamerasBuffersAndNothingIsCopied) {
  const M2mWorld world;
  PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  std::set<std::string> pixels;
  for (const mio_buffer &one : buffers.described())
    pixels.insert(std::to_string(inode(one.planes[0].fd)));
  world.forget();
  Rig rig(buffers);
  for (uint64_t i = 0; i < 20; ++i) {
    rig.encode(buffers, i % 3, i);
    rig.collector.jpegs_.clear();
  }
  rig.encoder->stop();
  for (const std::string &line : world.log("map ")) {
    std::istringstream words(line.substr(4));
    std::string memory;
    words >> memory;
    EXPECT_FALSE(pixels.contains(memory)) << line;
  }
  size_t imported = 0;
  for (const std::string &line : world.log("video31 QBUF raw ")) {
    EXPECT_TRUE(pixels.contains(line.substr(line.rfind(' ') + 1))) << line;
    ++imported;
  }
  EXPECT_EQ(imported, 21U) << "20 pictures and the trial";
  EXPECT_EQ(rig.encoder->report().bytes_copied, 0U);
}

TEST(M2mEncoder, TheJpegLiesInTheSlotThatTheDeviceWroteInto) {
  const M2mWorld world;
  PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  Rig rig(buffers);
  world.forget();
  const Jpeg &jpeg = rig.encode(buffers, 0, 7);
  EXPECT_GE(jpeg.data(), jpeg.slot.data());
  EXPECT_LE(jpeg.data() + jpeg.length, jpeg.slot.data() + jpeg.slot.bytes());
  const std::string memory = std::to_string(inode(rig.pool->fd(jpeg.slot.index())));
  const std::string index = std::to_string(jpeg.slot.index());
  // What the CPU may and may not do with a slot, in this order and nothing else.
  std::vector<std::string> calls;
  for (const std::string &line : world.log()) {
    if (line.ends_with(" " + memory) || line.starts_with("sync " + memory)) calls.push_back(line);
  }
  EXPECT_THAT(
      calls,
      ElementsAre("sync " + memory + " end", "video31 QBUF coded " + index + " " + memory,
                  "video31 DQBUF coded " + index + " " + memory, "sync " + memory + " start"));
}

TEST(M2mEncoder, TheCameraHasItsBufferBackWhileTheJpegIsStillBeingMade) {
  const M2mWorld world;
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  Rig rig(buffers);
  world.on("video31.late");
  ASSERT_TRUE(rig.encoder->submit(buffers.picture(2, 7), rig.pool->take()));
  rig.collector.wait_until([&] { return !rig.collector.done_.empty(); });
  {
    const std::lock_guard lock(rig.collector.mutex_);
    EXPECT_THAT(rig.collector.done_, ElementsAre(2U));
    EXPECT_TRUE(rig.collector.jpegs_.empty());
    EXPECT_TRUE(rig.collector.failures_.empty());
  }
  world.off("video31.late");
  rig.collector.wait_until(
      [&] { return !rig.collector.jpegs_.empty() || !rig.collector.failures_.empty(); });
  EXPECT_EQ(rig.collector.jpegs_.size(), 1U);
  EXPECT_EQ(rig.collector.done_.size(), 1U) << "given back twice";
}

TEST(M2mEncoder, NothingWakesItUpWhileThereIsNothingToEncode) {
  const M2mWorld world;
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  Rig rig(buffers);
  rig.encode(buffers, 0, 1);
  rig.collector.wait_until([&] { return !rig.collector.done_.empty(); });
  // What it does after its picture is over soon: it sleeps when it has not stirred for a while.
  uint64_t before = 0;
  for (uint64_t now = test::sleeps_of("mio-m2m"); now != before; now = test::sleeps_of("mio-m2m")) {
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ(test::sleeps_of("mio-m2m"), before) << "a deadline goes on after its picture";
  EXPECT_EQ(rig.encode(buffers, 1, 2).sequence, 2U);
}

TEST(M2mEncoder, ASlotThatIsLentIsNeverTheDevices) {
  const M2mWorld world;
  PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  Rig rig(buffers);
  // Six of eight slots stay lent, as by viewers that have stopped reading.
  for (uint64_t i = 0; i < 6; ++i) rig.encode(buffers, 0, i);
  std::set<uint32_t> held;
  for (const Jpeg &jpeg : rig.collector.jpegs_) held.insert(jpeg.slot.index());
  ASSERT_EQ(held.size(), 6U);
  world.forget();
  for (uint64_t i = 6; i < 40; ++i) {
    rig.encode(buffers, i % 3, i);
    rig.collector.jpegs_.pop_back();
  }
  for (const std::string &line : world.log("video31 QBUF coded ")) {
    EXPECT_FALSE(held.contains(static_cast<uint32_t>(std::stoul(line.substr(19))))) << line;
  }
}

TEST(M2mEncoder, ByCopyEachByteIsCopiedOnceAndCounted) {
  const M2mWorld world;
  world.on("video31.no-import");
  PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 3);
  Rig rig(buffers);
  EXPECT_THAT(rig.encoder->report().output, HasSubstr("VIDIOC_QBUF: Invalid argument (22)"));
  const uint64_t trial = rig.encoder->report().bytes_copied;
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < 5; ++i) bytes += rig.encode(buffers, 0, i).length;
  EXPECT_EQ(rig.encoder->report().bytes_copied - trial, bytes);
}

// ---- sizes ----

TEST(M2mEncoder, ABufferWithoutTheDevicesPaddingIsRefusedWithTheNumbers) {
  const M2mWorld world;
  world.on("video11.absent");
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 1920, 1080, 2);
  const EncoderChoice choice = choose_encoder(buffers.input(), "auto");
  EXPECT_STREQ(choice.name, "turbojpeg");
  EXPECT_THAT(choice.reason,
              HasSubstr("it wants 1088 lines in each picture, the camera's buffers have 1080"));
}

TEST(M2mEncoder, TheVideoEncoderTakesAnyHeight) {
  const M2mWorld world;
  PictureBuffers buffers(MIO_FORMAT_YUV420, 1920, 1080, 2);
  buffers.paint(0, kRed, kBlue);
  Rig rig(buffers);
  EXPECT_THAT(rig.encoder->report().device, HasSubstr("/dev/video11"));
  const Jpeg &jpeg = rig.encode(buffers, 0, 1);
  const auto picture = test::decode(jpeg.data(), jpeg.length);
  ASSERT_EQ(picture.height, 1080);
  EXPECT_TRUE(near(picture.at(3, 1078), kRed));
}

TEST(M2mEncoder, APaddedBufferIsEncodedWithoutItsPadding) {
  const M2mWorld world;
  PictureBuffers buffers(MIO_FORMAT_YUV420, 1920, 1080, 2, 0, 8);
  buffers.paint(0, kRed, kBlue);
  Rig rig(buffers);
  ASSERT_STREQ(rig.encoder->name(), "v4l2-m2m");
  const Jpeg &jpeg = rig.encode(buffers, 0, 1);
  const auto picture = test::decode(jpeg.data(), jpeg.length);
  ASSERT_EQ(picture.width, 1920);
  ASSERT_EQ(picture.height, 1080);
  EXPECT_TRUE(near(picture.at(3, 1078), kRed));
  EXPECT_TRUE(near(picture.at(1917, 1078), kBlue));
}

struct Look {
  mio_format format;
  uint32_t width, height, padding;
  bool full_range;
  const char *shape;
};

std::ostream &operator<<(std::ostream &to, const Look &look) {
  return to << look.width << "x" << look.height << " format " << look.format << " " << look.shape;
}

class M2mColours : public testing::TestWithParam<Look> {};

TEST_P(M2mColours, ARedPatchIsRedAndABlueOneBlue) {
  const Look look = GetParam();
  const M2mWorld world;
  if (*look.shape != '\0') world.on(std::string("video31.") + look.shape);
  PictureBuffers buffers(look.format, look.width, look.height, 2, look.padding);
  buffers.paint(1, kRed, kBlue, look.full_range);
  Rig rig(buffers, look.full_range);
  ASSERT_STREQ(rig.encoder->name(), "v4l2-m2m") << rig.encoder->report().reason;
  const Jpeg &jpeg = rig.encode(buffers, 1, 1);
  const auto picture = test::decode(jpeg.data(), jpeg.length);
  ASSERT_EQ(picture.width, static_cast<int>(look.width));
  for (const int y : {1, picture.height / 2, picture.height - 2}) {
    EXPECT_TRUE(near(picture.at(1, y), kRed)) << "left, line " << y;
    EXPECT_TRUE(near(picture.at(picture.width - 2, y), kBlue)) << "right, line " << y;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, M2mColours,
                         testing::Values(Look{MIO_FORMAT_YUV420, 640, 480, 0, true, ""},
                                         Look{MIO_FORMAT_YUV420, 600, 480, 40, true, ""},
                                         Look{MIO_FORMAT_YUV420, 640, 480, 128, true, ""},
                                         Look{MIO_FORMAT_YUV420, 640, 480, 0, false, ""},
                                         Look{MIO_FORMAT_YVU420, 640, 480, 64, true, ""},
                                         Look{MIO_FORMAT_NV12, 608, 352, 32, true, ""},
                                         Look{MIO_FORMAT_NV12, 608, 352, 32, false, ""},
                                         Look{MIO_FORMAT_NV21, 640, 480, 0, true, ""},
                                         Look{MIO_FORMAT_NV21, 640, 480, 0, true, "single"},
                                         Look{MIO_FORMAT_YUV420, 640, 480, 64, true, "separate"},
                                         Look{MIO_FORMAT_NV12, 640, 480, 64, true, "separate"}));

TEST(M2mEncoder, ADeviceThatDoesNotExpandLimitedRangeIsPassedOver) {
  const M2mWorld world;
  world.on("video31.no-expand");
  world.on("video11.no-expand");
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 2);
  const Rig limited(buffers, false);
  EXPECT_STREQ(limited.encoder->name(), "turbojpeg");
  EXPECT_THAT(limited.encoder->report().reason,
              HasSubstr("does not expand the camera's limited range"));
  EXPECT_STREQ(Rig(buffers, true).encoder->name(), "v4l2-m2m");
}

// ---- quality ----

TEST(M2mEncoder, QualityIsThatOfThePictureAndCanBeChanged) {
  const M2mWorld world;
  PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 2);
  buffers.paint_noise(0, 1);
  Rig rig(buffers, true, "auto", 80);
  for (const int quality : {80, 30, 95, 1, 100}) {
    rig.encoder->set_quality(quality);
    const Jpeg &jpeg = rig.encode(buffers, 0, static_cast<uint64_t>(quality));
    EXPECT_NEAR(jpeg_quality(jpeg.data(), jpeg.length), quality, 1);
    rig.collector.jpegs_.clear();
  }
}

TEST(M2mEncoder, ByBitrateTheQualityIsReachedToo) {
  const M2mWorld world;
  world.on("video31.absent");
  PictureBuffers buffers(MIO_FORMAT_YUV420, 640, 480, 2);
  buffers.paint_noise(0, 1);
  Rig rig(buffers, true, "auto", 80);
  uint64_t sequence = 0;
  const auto settle = [&](int quality) {
    rig.encoder->set_quality(quality);
    int reached = 0;
    for (int i = 0; i < 120; ++i) {
      const Jpeg &jpeg = rig.encode(buffers, 0, ++sequence);
      reached = jpeg_quality(jpeg.data(), jpeg.length);
      rig.collector.jpegs_.clear();
    }
    return reached;
  };
  EXPECT_NEAR(settle(80), 80, 5);
  EXPECT_NEAR(settle(50), 50, 5);
  EXPECT_FALSE(world.log("video11 S_PARM").empty())
      << "a bitrate means nothing without a frame rate";
}

// ---- the end ----

TEST(M2mEncoder, StopsAtAnyMomentWithoutLeavingAnythingOpen) {
  const M2mWorld world;
  PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 4);
  {
    const Rig warm(buffers);
  }
  const size_t before = test::open_descriptors();
  for (uint64_t i = 0; i < 100; ++i) {
    if (i == 50) world.on("video31.no-dmabuf");
    Rig rig(buffers);
    const uint64_t pictures = i % 4;
    size_t taken = 0;
    for (uint64_t j = 0; j < pictures; ++j) {
      taken += rig.encoder->submit(buffers.picture(static_cast<uint32_t>(j), j), rig.pool->take())
                   ? 1
                   : 0;
    }
    if (i % 3 == 0) rig.collector.wait_for(std::min<size_t>(taken, 1));
    rig.encoder->stop();
    EXPECT_EQ(rig.collector.done_.size(), taken);
    EXPECT_EQ(rig.collector.jpegs_.size(), taken);
    rig.collector.jpegs_.clear();
    EXPECT_EQ(rig.pool->lent(), 0U);
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace mio
