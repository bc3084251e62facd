// SPDX-License-Identifier: MIT
// What a camera does to a pipeline that changes it just then.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

#include "pipeline/capture.h"
#include "support/receiver.h"
#include "support/scripted_camera.h"

namespace mio {
namespace {

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

  std::string fault() {
    std::unique_lock lock(receiver_.mutex_);
    receiver_.changed_.wait(lock, [this] { return !receiver_.faults_.empty(); });
    return receiver_.faults_.front().code;
  }

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

}  // namespace
}  // namespace mio
