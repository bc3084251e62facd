// SPDX-License-Identifier: MIT
#include "pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

#include "encoder/jpeg_quality.h"
#include "support/decode.h"
#include "support/receiver.h"

namespace mio {
namespace {

using test::Receiver;

PipelineOptions options() { return test::synthetic_options(); }

TEST(Pipeline, StartReturnsWithTheCameraLive) {
  Receiver receiver;
  Pipeline pipeline(options(), receiver);
  pipeline.start();
  EXPECT_GE(pipeline.statistics().captured, 1U);
  EXPECT_EQ(pipeline.encoder().name, "turbojpeg");
}

TEST(Pipeline, EncodesNothingWhileNobodyWatches) {
  Receiver receiver;
  Pipeline pipeline(options(), receiver);
  pipeline.start();
  while (pipeline.statistics().captured < 30) std::this_thread::yield();
  EXPECT_EQ(pipeline.statistics().encoded, 0U);
  EXPECT_EQ(receiver.count_, 0);
  pipeline.watch(true);
  receiver.wait_for(3);
  EXPECT_GE(pipeline.statistics().encoded, 3U);
}

TEST(Pipeline, WhoComesFirstHasTheNewestPictureAtOnce) {
  Receiver receiver;
  auto slow = options();
  slow.wanted.fps = 0.1;
  Pipeline pipeline(slow, receiver);
  pipeline.start();
  for (int i = 1; i <= 2; ++i) {
    pipeline.watch(true);
    receiver.wait_for(1);
    EXPECT_EQ(pipeline.statistics().captured, 1U) << "not the next one, ten seconds later";
    // It is given once.
    pipeline.watch(false);
  }
  EXPECT_EQ(receiver.count(), 1);
}

TEST(Pipeline, KeepsCapturingWhenAllSlotsAreLent) {
  Receiver receiver;
  auto few = options();
  few.slots = 4;
  Pipeline pipeline(few, receiver);
  pipeline.start();
  std::vector<Slot> held;
  for (uint32_t i = 0; i < few.slots; ++i) held.push_back(pipeline.pool()->take());
  pipeline.watch(true);
  while (pipeline.statistics().no_slot < 10) std::this_thread::yield();
  EXPECT_EQ(receiver.count_, 0);
  held.clear();
  receiver.wait_for(1);
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST(Pipeline, ThePictureIsWhatTheCameraSees) {
  Receiver receiver;
  Pipeline pipeline(options(), receiver);
  pipeline.start();
  pipeline.watch(true);
  receiver.wait_for(1);
  const std::lock_guard lock(receiver.mutex_);
  const auto picture = test::decode(receiver.last_.data(), receiver.last_.length);
  EXPECT_EQ(picture.width, 320);
  EXPECT_TRUE(test::near(picture.at(250, 90), {191, 0, 0})) << "the red bar";
}

TEST(Pipeline, AnOrientationStandsInEachJpeg) {
  Receiver receiver;
  auto turned = options();
  turned.orientation = 6;
  Pipeline pipeline(turned, receiver);
  pipeline.start();
  pipeline.watch(true);
  receiver.wait_for(2);
  const std::lock_guard lock(receiver.mutex_);
  EXPECT_EQ(std::string(receiver.last_.data() + 24, receiver.last_.data() + 28), "Exif");
  EXPECT_EQ(test::decode(receiver.last_.data(), receiver.last_.length).width, 320)
      << "the pixels are as they were";
}

TEST(Pipeline, ALimitOfBytesLowersTheQuality) {
  Receiver receiver;
  auto narrow = options();
  narrow.quality = 95;
  narrow.max_bytes_per_second = 200'000;
  Pipeline pipeline(narrow, receiver);
  pipeline.start();
  pipeline.watch(true);
  const auto quality = [&] {
    const std::lock_guard lock(receiver.mutex_);
    return jpeg_quality(receiver.last_.data(), receiver.last_.length);
  };
  receiver.wait_for(1);
  const int first = quality();
  while (quality() > first - 20) receiver.wait_for_more(1);
  SUCCEED();
}

TEST(Pipeline, ACameraThatIsSetToBeSlowIsNotStalled) {
  Receiver receiver;
  auto slow = options();
  slow.wanted.fps = 4;
  slow.frame_timeout = std::chrono::milliseconds(50);
  Pipeline pipeline(slow, receiver);
  pipeline.start();
  while (pipeline.statistics().captured < 4) std::this_thread::yield();
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST(Pipeline, StopsAtAnyMoment) {
  Receiver receiver;
  for (int i = 0; i < 30; ++i) {
    Pipeline pipeline(options(), receiver);
    pipeline.start();
    pipeline.watch(true);
    if (i % 2 == 0) receiver.wait_for_more(1);
  }
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST(Pipeline, WithoutStartItGivesTheCameraBack) {
  Receiver receiver;
  const Pipeline pipeline(options(), receiver);
  EXPECT_EQ(pipeline.statistics().captured, 0U);
}

TEST(Pipeline, AnUnknownCameraIsANamedFault) {
  Receiver receiver;
  auto unknown = options();
  unknown.id = "nonsense";
  try {
    const Pipeline pipeline(unknown, receiver);
    FAIL() << "it was opened";
  } catch (const FaultError &e) {
    EXPECT_EQ(e.fault().code, "ERR_NO_CAMERA");
  }
}

}  // namespace
}  // namespace mio
