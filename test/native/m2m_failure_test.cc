// SPDX-License-Identifier: MIT
// A device that fails while pictures come: the CPU takes over, and the device is tried again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "encoder/fallback_encoder.h"
#include "encoder/threaded_encoder.h"
#include "encoder/turbo_coder.h"
#include "encoder/v4l2/m2m_encoder.h"
#include "pipeline/pipeline.h"
#include "support/collector.h"
#include "support/m2m_world.h"
#include "support/picture_buffers.h"
#include "support/receiver.h"

namespace mio {
namespace {

using test::Collector;
using test::M2mWorld;
using test::PictureBuffers;
using test::Receiver;
using testing::HasSubstr;

/** A hardware encoder with a short patience, and a camera that gives pictures as fast as they are
 * taken. */
class Stage {
 public:
  /** @param deadline of the device; 0: the usual one, which a busy machine may miss */
  explicit Stage(bool slots, std::chrono::milliseconds deadline = std::chrono::milliseconds(0))
      : world_(slots) {
    world_.on("video11.absent");
    for (uint32_t i = 0; i < kBuffers; ++i) buffers_.paint(i, {20, 180, 30}, {20, 180, 30});
    input_.fps = 30;
    const EncoderChoice choice = choose_encoder(input_, "v4l2-m2m");
    pool_ = make_slots(choice, 8);
    encoder_ = std::make_unique<FallbackEncoder>(
        [this, deadline](int quality, EncoderSink &sink) {
          return std::make_unique<M2mEncoder>("/dev/video31", input_, quality, pool_, sink,
                                              EncoderReport{}, deadline);
        },
        [this](const EncoderReport &about, int quality, EncoderSink &sink) {
          return std::make_unique<ThreadedEncoder>(
              "turbojpeg", input_, quality, 2,
              [this] { return std::make_unique<TurboCoder>(input_); }, sink, about);
        },
        80, collector_, std::chrono::milliseconds(20));
  }

  /** Submits one picture. False when it was refused. */
  bool give() {
    const mio_picture picture =
        buffers_.picture(static_cast<uint32_t>(sequence_ % kBuffers), sequence_);
    Slot slot = pool_->take();
    if (!slot || !encoder_->submit(picture, std::move(slot))) return false;
    ++sequence_;
    return true;
  }

  /** Gives pictures until as many have come to an end, and drops the JPEGs as a fast viewer would.
   */
  void run_until(const std::function<bool()> &enough) {
    for (;;) {
      {
        const std::lock_guard lock(collector_.mutex_);
        for (const Jpeg &jpeg : collector_.jpegs_) {
          EXPECT_TRUE(!last_ || jpeg.sequence > *last_) << "order";
          last_ = jpeg.sequence;
          ++good_;
        }
        collector_.jpegs_.clear();
        if (enough()) return;
      }
      // A buffer is the camera's again when its picture is done: never more at a time than there
      // are buffers.
      if (sequence_ - done() >= kBuffers || !give()) std::this_thread::yield();
    }
  }
  size_t done() {
    const std::lock_guard lock(collector_.mutex_);
    return collector_.done_.size();
  }
  /** Waits until every picture given is done: no buffer is at anybody's. */
  void encoder_drained() {
    collector_.wait_until([this] { return collector_.done_.size() == sequence_; });
  }
  void run(uint64_t pictures) {
    run_until([this, until = good_ + pictures] { return good_ >= until; });
  }

  static constexpr uint32_t kBuffers = 4;
  M2mWorld world_;
  PictureBuffers buffers_{MIO_FORMAT_YUV420, 320, 240, kBuffers};
  EncoderInput input_ = buffers_.input();
  std::shared_ptr<SlotPool> pool_;
  Collector collector_;
  std::unique_ptr<Encoder> encoder_;
  uint64_t sequence_ = 0;
  uint64_t good_ = 0;
  std::optional<uint64_t> last_;
};

struct Failure {
  const char *label;
  const char *name; /**< of the switch */
  const char *content;
  const char *reason; /**< part of it */
  bool slots;
};

std::ostream &operator<<(std::ostream &to, const Failure &failure) { return to << failure.label; }

class M2mFailure : public testing::TestWithParam<Failure> {};

TEST_P(M2mFailure, TheCpuTakesOverAndTheDeviceComesBack) {
  const Failure failure = GetParam();
  Stage stage(failure.slots);
  stage.run(10);
  ASSERT_STREQ(stage.encoder_->name(), "v4l2-m2m");

  stage.world_.on(failure.name, failure.content);
  stage.run_until([&] { return !stage.collector_.changes_.empty(); });
  EXPECT_EQ(stage.collector_.changes_[0].name, "turbojpeg");
  EXPECT_THAT(stage.collector_.changes_[0].reason, HasSubstr(failure.reason));
  // At most two bad ones are lost, and the one that the device has besides.
  EXPECT_LE(stage.collector_.failures_.size(), 3U);
  EXPECT_EQ(stage.encoder_->report().fallbacks, 1U);
  const size_t lost = stage.collector_.failures_.size();
  stage.run(20);
  EXPECT_EQ(stage.collector_.failures_.size(), lost) << "the CPU loses none";

  stage.world_.off(failure.name);
  stage.run_until([&] { return stage.collector_.changes_.size() >= 2; });
  EXPECT_EQ(stage.collector_.changes_[1].name, "v4l2-m2m");
  stage.run(20);
  EXPECT_STREQ(stage.encoder_->name(), "v4l2-m2m");

  stage.encoder_->stop();
  stage.collector_.jpegs_.clear();
  EXPECT_EQ(stage.done(), stage.sequence_) << "each camera buffer came back once";
  EXPECT_EQ(stage.pool_->lent(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, M2mFailure,
    testing::Values(
        Failure{"Gone", "video31.gone", "", "No such device (19)", true},
        Failure{"GoneWhileCopying", "video31.gone", "", "No such device (19)", false},
        Failure{"IoError", "video31.io-error", "", "VIDIOC_QBUF: Input/output error (5)", true},
        Failure{"IoErrorWhileCopying", "video31.io-error", "", "Input/output error (5)", false},
        Failure{"ErrorFrames", "video31.error", "", "it marked a picture as broken", true},
        Failure{"ErrorFramesWhileCopying", "video31.error", "", "it marked a picture as broken",
                false},
        Failure{"Truncated", "video31.truncate", "", "no whole JPEG", true},
        Failure{"Empty", "video31.empty", "", "it gave 0 bytes", true},
        Failure{"Skipped", "video31.skip", "", "no picture came out of it", true},
        Failure{"Stalled", "video31.stall", "", "no picture came out of it: Connection timed out",
                true},
        Failure{"StalledWhileCopying", "video31.stall", "", "no picture came out of it", false}),
    [](const auto &info) { return info.param.label; });

TEST(M2mFailures, OneBadPictureIsLeftOutAndNothingElseHappens) {
  Stage stage(true, std::chrono::minutes(1));
  stage.world_.on("video31.error", "5");
  stage.run(40);
  EXPECT_GE(stage.collector_.failures_.size(), 5U);
  EXPECT_TRUE(stage.collector_.changes_.empty());
  EXPECT_STREQ(stage.encoder_->name(), "v4l2-m2m");
}

TEST(M2mFailures, APictureThatTheDeviceLeavesOutIsTold) {
  Stage stage(true, std::chrono::minutes(1));
  stage.world_.on("video31.skip", "7");
  stage.run(40);
  EXPECT_GE(stage.collector_.failures_.size(), 4U);
  EXPECT_TRUE(stage.collector_.changes_.empty());
}

TEST(M2mFailures, ADeviceThatHangsAfterAPauseIsFoundThoughNothingComesAfterIt) {
  Stage stage(true, std::chrono::milliseconds(500));
  for (int i = 0; i < 3; ++i) {
    stage.run(2);
    stage.encoder_drained();
  }
  stage.world_.on("video31.stall");
  ASSERT_TRUE(stage.give());
  stage.collector_.wait_until([&] { return !stage.collector_.changes_.empty(); });
  EXPECT_THAT(stage.collector_.changes_[0].reason, HasSubstr("no picture came out of it"));
}

TEST(M2mFailures, OutOfMemoryAtOpenIsAReason) {
  const M2mWorld world;
  world.on("video31.no-memory");
  world.on("video11.no-memory");
  const PictureBuffers buffers(MIO_FORMAT_YUV420, 320, 240, 2);
  const EncoderInput input = buffers.input();
  const EncoderChoice choice = choose_encoder(input, "auto");
  Collector collector;
  const auto encoder = make_encoder(choice, input, 80, make_slots(choice, 8), collector);
  EXPECT_STREQ(encoder->name(), "turbojpeg");
  EXPECT_THAT(encoder->report().reason, HasSubstr("VIDIOC_REQBUFS: Cannot allocate memory (12)"));
}

TEST(M2mFailures, ADeviceThatStaysBrokenIsTriedLessAndLessOften) {
  Stage stage(true);
  stage.run(3);
  stage.world_.on("video31.gone");
  stage.run_until([&] { return !stage.collector_.changes_.empty(); });
  const auto start = std::chrono::steady_clock::now();
  stage.run_until(
      [&] { return std::chrono::steady_clock::now() - start > std::chrono::milliseconds(300); });
  // 20, 40, 80, 160 ms: at 30 ms each it would have been ten.
  EXPECT_EQ(stage.collector_.changes_.size(), 1U);
  EXPECT_STREQ(stage.encoder_->name(), "turbojpeg");
}

TEST(M2mFailures, TheBrokenDeviceIsClosedBeforeItIsOpenedAgain) {
  Stage stage(true);
  stage.run(3);
  stage.world_.forget();
  stage.world_.on("video31.io-error");
  stage.run_until([&] { return !stage.collector_.changes_.empty(); });
  stage.world_.off("video31.io-error");
  stage.run_until([&] { return stage.collector_.changes_.size() >= 2; });
  std::vector<std::string> uses;
  for (const std::string &line : stage.world_.log("video31 ")) {
    if (line.ends_with(" open") || line.ends_with(" close")) uses.push_back(line.substr(8));
  }
  ASSERT_FALSE(uses.empty());
  EXPECT_EQ(uses.front(), "close");
}

TEST(M2mFailures, ADriverThatTakesItsTimeOverStreamoffKeepsNobodyWaiting) {
  Stage stage(true);
  stage.run(3);
  stage.world_.on("video31.stall", "60000");
  stage.run_until([&] { return !stage.collector_.changes_.empty(); });
  stage.run(10);
  EXPECT_LT(stage.done(), stage.sequence_) << "a buffer that the device still reads";
  EXPECT_GT(stage.pool_->lent(), 0U) << "a slot that it still writes";
  stage.world_.off("video31.stall");
  stage.run_until([&] { return stage.collector_.changes_.size() >= 2; });
  stage.encoder_->stop();
  stage.collector_.jpegs_.clear();
  EXPECT_EQ(stage.done(), stage.sequence_);
  EXPECT_EQ(stage.pool_->lent(), 0U);
}

TEST(M2mFailures, ADeviceThatIsGoneIsClosedBeforeAnybodyGetsItsBuffers) {
  Stage stage(true);
  std::atomic<uint32_t> at_device{Stage::kBuffers};
  std::atomic<bool> came_back{false};
  std::atomic<bool> was_closed{false};
  stage.collector_.on_done_ = [&](uint32_t buffer) {
    if (buffer != at_device || came_back.exchange(true)) return;
    was_closed = !stage.world_.log("video31 close").empty();
  };
  stage.run(3);
  stage.encoder_drained();
  stage.world_.on("video31.delay", "300");
  at_device = static_cast<uint32_t>(stage.sequence_ % Stage::kBuffers);
  stage.world_.forget();
  ASSERT_TRUE(stage.give());
  stage.world_.on("video31.gone");
  // Refused where it has been noticed already.
  stage.give();
  stage.collector_.wait_until([&] { return !stage.collector_.changes_.empty(); });
  stage.encoder_->stop();
  EXPECT_TRUE(came_back);
  EXPECT_TRUE(was_closed) << "STREAMOFF says ENODEV, and the hardware is at work yet";
}

TEST(M2mFailures, StopsWhileStalledAndWhileItIsTriedAgain) {
  const size_t before = [] {
    {
      const Stage warm(true);
    }
    return test::open_descriptors();
  }();
  for (int i = 0; i < 10; ++i) {
    Stage stage(i % 2 == 0);
    stage.run(2);
    stage.world_.on("video31.stall");
    stage.give();
    if (i % 3 == 0) stage.run_until([&] { return !stage.collector_.changes_.empty(); });
    stage.encoder_->stop();
    EXPECT_EQ(stage.done(), stage.sequence_);
    stage.collector_.jpegs_.clear();
    EXPECT_EQ(stage.pool_->lent(), 0U);
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

TEST(PipelineWithHardware, TheStreamDoesNotBreakWhenTheDeviceVanishes) {
  const M2mWorld world;
  PipelineOptions options;
  options.backend = "synthetic";
  options.id = "synthetic";
  options.wanted.width = 320;
  options.wanted.height = 240;
  options.wanted.fps = 60;
  Receiver receiver;
  Pipeline pipeline(options, receiver);
  pipeline.start();
  EXPECT_EQ(pipeline.encoder().name, "v4l2-m2m");
  pipeline.watch(true);
  receiver.wait_for(10);
  // Both, or the retry would find the other one.
  world.on("video11.gone");
  world.on("video31.gone");
  receiver.wait_for_encoder("turbojpeg");
  receiver.wait_for_more(10);
  world.off("video31.gone");
  receiver.wait_for_encoder("v4l2-m2m");
  receiver.wait_for_more(10);
  EXPECT_TRUE(receiver.faults_.empty());
  EXPECT_EQ(pipeline.encoder().fallbacks, 1U);
}

TEST(PipelineWithHardware, TheCameraIsAskedForThePaddingThatTheEncoderWants) {
  const M2mWorld world;
  PipelineOptions options;
  options.backend = "synthetic";
  options.id = "synthetic";
  options.wanted.width = 1920;
  options.wanted.height = 1080;
  options.encoder = "v4l2-m2m";
  Receiver receiver;
  Pipeline pipeline(options, receiver);
  EXPECT_EQ(pipeline.mode().height, 1080U);
  pipeline.start();
  pipeline.watch(true);
  receiver.wait_for(1);
  const std::lock_guard lock(receiver.mutex_);
  const auto picture = test::decode(receiver.last_.data(), receiver.last_.length);
  EXPECT_EQ(picture.width, 1920);
  EXPECT_EQ(picture.height, 1080);
  EXPECT_EQ(world.log("video31 S_FMT raw 1920x1088").empty(), false);
  EXPECT_EQ(pipeline.encoder().bytes_copied, 0U);
}

TEST(PipelineWithHardware, WhereNothingHelpsTheCameraHasItsPlainSize) {
  const M2mWorld world;
  world.on("video11.small");
  world.on("video31.small");
  PipelineOptions options;
  options.backend = "synthetic";
  options.id = "synthetic";
  options.wanted.width = 1920;
  options.wanted.height = 1080;
  Receiver receiver;
  const Pipeline pipeline(options, receiver);
  EXPECT_EQ(pipeline.mode().height, 1080U);
  EXPECT_EQ(pipeline.encoder().name, "turbojpeg");
  EXPECT_THAT(pipeline.encoder().reason, HasSubstr("it takes pictures from 32x32 to 320x240"));
}

}  // namespace
}  // namespace mio
