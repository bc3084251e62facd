// SPDX-License-Identifier: MIT
// A pipeline is changed, and interrupted for stills, while frames come.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "pipeline/pipeline.h"
#include "support/decode.h"
#include "support/receiver.h"

namespace mio {
namespace {

using test::Receiver;
using test::synthetic_options;

constexpr std::chrono::seconds kLong{30};

TEST(PipelineReconfigure, FramesGoOnInTheNewSize) {
  Receiver receiver;
  auto options = synthetic_options();
  Pipeline pipeline(options, receiver);
  pipeline.start();
  pipeline.watch(true);
  receiver.wait_for(2);
  for (const uint32_t width : {640U, 320U, 480U}) {
    options.wanted.width = width;
    pipeline.reconfigure(options);
    EXPECT_EQ(pipeline.mode().width, width);
    // One that was encoded before may wait in the receiver, but none comes any more.
    receiver.wait_for_more(2);
    const std::lock_guard lock(receiver.mutex_);
    EXPECT_EQ(test::decode(receiver.last_.data(), receiver.last_.length).width,
              static_cast<int>(width));
    EXPECT_TRUE(receiver.last_.slot.is_of(*pipeline.pool()));
  }
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST(PipelineReconfigure, WhatFailsLeavesAllAsItWas) {
  Receiver receiver;
  const auto options = synthetic_options();
  Pipeline pipeline(options, receiver);
  pipeline.start();
  pipeline.watch(true);
  auto wrong = options;
  wrong.wanted.width = 20'000;
  EXPECT_THROW(pipeline.reconfigure(wrong), FaultError);
  auto impossible = options;
  impossible.encoder = "passthrough";
  EXPECT_THROW(pipeline.reconfigure(impossible), FaultError);
  EXPECT_EQ(pipeline.mode().width, 320U);
  receiver.wait_for_more(3);
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST(PipelineReconfigure, ASlotOfBeforeIsReadableAfterwards) {
  Receiver receiver;
  auto options = synthetic_options();
  Pipeline pipeline(options, receiver);
  pipeline.start();
  pipeline.watch(true);
  receiver.wait_for(1);
  Jpeg held;
  {
    const std::lock_guard lock(receiver.mutex_);
    held = receiver.last_;
  }
  options.wanted.width = 640;
  pipeline.reconfigure(options);
  receiver.wait_for_more(3);
  EXPECT_EQ(test::decode(held.data(), held.length).width, 320);
}

class PipelineStill : public testing::TestWithParam<bool> {};

TEST_P(PipelineStill, IsInFullSizeAndTheStreamGoesOn) {
  Receiver receiver;
  auto options = synthetic_options();
  options.wanted.still = GetParam() ? 1 : 0;
  Pipeline pipeline(options, receiver);
  pipeline.start();
  EXPECT_EQ(pipeline.mode().still_beside, GetParam());
  pipeline.watch(true);
  for (int i = 0; i < 3; ++i) {
    const Still still = pipeline.still(kLong);
    EXPECT_EQ(still.width, 2592U);
    const auto picture = test::decode(still.data.data(), still.data.size());
    EXPECT_EQ(picture.width, 2592);
    EXPECT_EQ(picture.height, 1944);
    receiver.wait_for_more(2);
    const std::lock_guard lock(receiver.mutex_);
    EXPECT_EQ(test::decode(receiver.last_.data(), receiver.last_.length).width, 320);
  }
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST_P(PipelineStill, ThatComesTooLateIsAnErrorAndTheStreamGoesOn) {
  Receiver receiver;
  auto options = synthetic_options();
  options.wanted.still = GetParam() ? 1 : 0;
  // Beside the stream a still comes with the next picture, and that takes a while.
  options.wanted.fps = GetParam() ? 1 : 120;
  Pipeline pipeline(options, receiver);
  pipeline.start();
  pipeline.watch(true);
  try {
    static_cast<void>(pipeline.still(std::chrono::milliseconds(0)));
    FAIL() << "it was taken";
  } catch (const FaultError &e) {
    EXPECT_EQ(e.fault().code, "ERR_SNAPSHOT_TIMEOUT");
  }
  receiver.wait_for_more(2);
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST_P(PipelineStill, IsCancelled) {
  Receiver receiver;
  auto options = synthetic_options();
  options.wanted.still = GetParam() ? 1 : 0;
  options.wanted.fps = 0.1;
  Pipeline pipeline(options, receiver);
  pipeline.start();
  std::thread canceller([&] { pipeline.cancel(); });
  // It may come first, or the still fail at once; but nobody waits for ever.
  try {
    static_cast<void>(pipeline.still(kLong));
  } catch (const FaultError &e) {
    EXPECT_EQ(e.fault().code, "ERR_CAMERA_CLOSED");
  }
  canceller.join();
}

INSTANTIATE_TEST_SUITE_P(BesideAndInstead, PipelineStill, testing::Bool());

}  // namespace
}  // namespace mio
