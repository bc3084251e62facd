// SPDX-License-Identifier: MIT
// What a camera does to a pipeline that changes it just then.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "pipeline/capture.h"
#include "support/receiver.h"
#include "support/scripted_camera.h"

namespace mio {
namespace {

using std::chrono::milliseconds;
using test::scripted_options;
using test::ScriptedCamera;

constexpr std::chrono::seconds kLong{30};

class Member final : public CaptureMember {
 public:
  void on_jpeg(Jpeg jpeg) override { receiver_.on_jpeg(std::move(jpeg)); }
  void on_raw(RawFrame frame) override { receiver_.on_raw(std::move(frame)); }
  void on_fault(Fault fault) override { receiver_.on_fault(std::move(fault)); }
  void on_changed() override {}
  bool watches() const override { return true; }
  bool watches_raw(RawFormat) const override { return false; }

  std::string fault() { return receiver_.wait_for_fault().code; }

  test::Receiver receiver_;
};

template <typename Work>
std::string code_of(Work work) {
  try {
    work();
  } catch (const FaultError &e) {
    return e.fault().code;
  }
  return "none";
}

/** A camera that is open and gives pictures, with one who watches it. */
class FaultyCamera : public testing::Test {
 protected:
  void SetUp() override {
    capture_ = Capture::join(scripted_options(), "a", true, member_);
    capture_->start();
    capture_->update_watched();
    member_.receiver_.wait_for(2);
  }
  void TearDown() override { capture_->leave(member_); }

  ScriptedCamera camera_;
  Member member_;
  std::shared_ptr<Capture> capture_;
};

TEST_F(FaultyCamera, UnpluggedWhileItIsReconfigured) {
  camera_.on_configure_ = [this](const mio_wanted &) { camera_.unplug(); };
  EXPECT_EQ(code_of([&] { capture_->reconfigure(scripted_options(), "b"); }),
            "ERR_CAMERA_UNPLUGGED");
  EXPECT_EQ(member_.fault(), "ERR_CAMERA_UNPLUGGED");
  EXPECT_EQ(capture_->state().encoder.name, "turbojpeg") << "what encoded last";
}

TEST_F(FaultyCamera, UnpluggedWhileItStartsAgain) {
  camera_.on_start_ = [this] { camera_.unplug(); };
  EXPECT_EQ(code_of([&] { capture_->reconfigure(scripted_options(), "b"); }),
            "ERR_CAMERA_UNPLUGGED");
  EXPECT_EQ(member_.fault(), "ERR_CAMERA_UNPLUGGED");
  EXPECT_EQ(capture_->state().encoder.name, "turbojpeg");
}

TEST_F(FaultyCamera, UnpluggedForAStill) {
  camera_.on_configure_ = [this](const mio_wanted &wanted) {
    if (wanted.full_size != 0) camera_.unplug();
  };
  EXPECT_EQ(code_of([&] { static_cast<void>(capture_->still(kLong)); }), "ERR_CAMERA_UNPLUGGED");
  EXPECT_EQ(member_.fault(), "ERR_CAMERA_UNPLUGGED");
  EXPECT_EQ(capture_->state().encoder.name, "turbojpeg");
}

TEST_F(FaultyCamera, ThatCannotBeSetUpAnyMore) {
  camera_.on_configure_ = [](const mio_wanted &) { throw FaultError("ERR_NO_BUFFERS", "none"); };
  EXPECT_EQ(code_of([&] { capture_->reconfigure(scripted_options(), "b"); }), "ERR_NO_BUFFERS");
  EXPECT_EQ(member_.fault(), "ERR_NO_BUFFERS");
  EXPECT_EQ(capture_->state().encoder.name, "turbojpeg");
}

TEST_F(FaultyCamera, ClosedAfterItHasStalledMeanwhile) {
  // The other configuration gives nothing, and neither does the one before when it is set again.
  auto options = scripted_options();
  options.frame_timeout = milliseconds(1);
  int starts = 0;
  camera_.on_start_ = [&] {
    if (starts++ == 0) camera_.interval_ = kLong;
  };
  Pipeline *pipeline = nullptr;
  capture_->with_pipeline([&](Pipeline &p) { pipeline = &p; });
  camera_.on_stop_ = [&] {
    // Between the stall and the way back.
    if (starts == 1) pipeline->cancel();
  };
  EXPECT_EQ(code_of([&] { capture_->reconfigure(options, "b"); }), "ERR_CAMERA_STALLED");
  EXPECT_EQ(starts, 1) << "it is closed: nobody waits for another start";
  EXPECT_EQ(member_.fault(), "ERR_CAMERA_CLOSED");
  // What it refers to ends here, and the camera is stopped once more.
  camera_.on_start_ = camera_.on_stop_ = [] {};
}

/** A camera whose pictures come slower than `frame_timeout`. */
class SlowCamera : public testing::Test {
 protected:
  SlowCamera() {
    options_.frame_timeout = milliseconds(50);
    camera_.interval_ = milliseconds(250);
  }

  ScriptedCamera camera_;
  test::Receiver receiver_;
  PipelineOptions options_ = scripted_options();
};

TEST_F(SlowCamera, IsNoStalledOneIfItSaysSo) {
  camera_.longest_frame_ = milliseconds(250);
  Pipeline pipeline(options_, receiver_);
  pipeline.start();
  while (pipeline.statistics().captured < 4) std::this_thread::yield();
  EXPECT_TRUE(receiver_.faults_.empty());
}

TEST_F(SlowCamera, ThatSaysNothingIs) {
  Pipeline pipeline(options_, receiver_);
  // Told while it starts, if this thread is late.
  const std::string code = code_of([&] { pipeline.start(); });
  EXPECT_EQ(code == "none" ? receiver_.wait_for_fault().code : code, "ERR_CAMERA_STALLED");
}

TEST_F(SlowCamera, BecomesOneWhileItRuns) {
  // Longer than a busy machine makes a picture wait.
  options_.frame_timeout = milliseconds(500);
  camera_.interval_ = milliseconds(2);
  Pipeline pipeline(options_, receiver_);
  pipeline.start();
  camera_.longest_frame_ = milliseconds(800);
  camera_.interval_ = milliseconds(800);
  const uint64_t before = pipeline.statistics().captured;
  while (pipeline.statistics().captured < before + 3) std::this_thread::yield();
  EXPECT_TRUE(receiver_.faults_.empty());
}

TEST_F(SlowCamera, ThatGivesNothingForSomeFramesIsStalledAllTheSame) {
  camera_.interval_ = milliseconds(2);
  camera_.longest_frame_ = milliseconds(100);
  Pipeline pipeline(options_, receiver_);
  pipeline.start();
  camera_.interval_ = kLong;
  const Fault fault = receiver_.wait_for_fault();
  EXPECT_EQ(fault.code, "ERR_CAMERA_STALLED");
  EXPECT_EQ(fault.found, "for 400 ms the camera gave no picture at all");
}

}  // namespace
}  // namespace mio
