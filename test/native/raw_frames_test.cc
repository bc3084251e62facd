// SPDX-License-Identifier: MIT
// Raw frames beside the JPEGs, from the pipeline's own stream and from a second one.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "pipeline/pipeline.h"
#include "support/receiver.h"

namespace mio {
namespace {

using test::Receiver;

/** Without and with a second stream. */
class RawFrames : public testing::TestWithParam<bool> {
 protected:
  static PipelineOptions options() {
    auto options = test::synthetic_options();
    if (GetParam()) {
      options.wanted.raw_width = 160;
      options.wanted.raw_height = 120;
    }
    return options;
  }
  static uint32_t width() { return GetParam() ? 160 : 320; }
};

TEST_P(RawFrames, ComeBesideTheJpegs) {
  Receiver receiver;
  Pipeline pipeline(options(), receiver);
  pipeline.start();
  ASSERT_TRUE(pipeline.mode().raw);
  EXPECT_EQ(pipeline.mode().raw->width, width());
  EXPECT_EQ(pipeline.mode().raw->second_stream, GetParam());
  EXPECT_EQ(pipeline.raw_pool(RawFormat::kNv12), nullptr) << "nobody has asked";
  pipeline.watch(true);
  pipeline.watch_raw(RawFormat::kNv12, true);
  receiver.wait_for_more(3);
  receiver.wait_for_more_raw(3);
  const std::lock_guard lock(receiver.mutex_);
  EXPECT_EQ(receiver.last_raw_.format, RawFormat::kNv12);
  EXPECT_EQ(receiver.last_raw_.width, width());
  // The red bar: full-range Y, as JPEG has it.
  const auto &frame = receiver.last_raw_;
  const uint8_t *line = frame.slot.data() + static_cast<size_t>(frame.height) * 3 / 8 * frame.width;
  EXPECT_NEAR(line[frame.width * 25 / 32], 57, 6);
}

TEST_P(RawFrames, WhoHoldsAllOfThemKeepsNobodyElseWaiting) {
  Receiver receiver;
  Pipeline pipeline(options(), receiver);
  pipeline.start();
  pipeline.watch(true);
  pipeline.watch_raw(RawFormat::kYuv420, true);
  receiver.wait_for_more_raw(1);
  std::vector<Slot> held;
  const auto pool = pipeline.raw_pool(RawFormat::kYuv420);
  while (held.size() + 1 < pool->count()) {
    Slot slot = pool->take();
    if (slot)
      held.push_back(std::move(slot));
    else
      std::this_thread::yield();
  }
  // The receiver holds the last one.
  while (pipeline.statistics().raw_missed < 5) std::this_thread::yield();
  receiver.wait_for_more(5);
  held.clear();
  receiver.wait_for_more_raw(3);
  EXPECT_TRUE(receiver.faults_.empty());
}

TEST_P(RawFrames, ComeAndGoWhileTheCameraIsChangedAndStillsAreTaken) {
  Receiver receiver;
  auto now = options();
  Pipeline pipeline(now, receiver);
  pipeline.start();
  std::atomic<bool> stop{false};
  std::thread fickle([&] {
    for (bool wanted = true; !stop; wanted = !wanted) {
      for (const RawFormat format : {RawFormat::kYuv420, RawFormat::kNv12})
        pipeline.watch_raw(format, wanted);
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 6; ++i) {
    now.wanted.width = i % 2 == 0 ? 640 : 320;
    pipeline.reconfigure(now);
    EXPECT_GT(pipeline.still(std::chrono::seconds(30)).width, 640U);
  }
  stop = true;
  fickle.join();
  pipeline.watch_raw(RawFormat::kYuv420, true);
  receiver.wait_for_more_raw(3);
  EXPECT_TRUE(receiver.faults_.empty());
}

INSTANTIATE_TEST_SUITE_P(Streams, RawFrames, testing::Bool());

}  // namespace
}  // namespace mio
