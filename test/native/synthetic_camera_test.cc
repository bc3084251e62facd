// SPDX-License-Identifier: MIT
#include "backend/synthetic/synthetic_camera.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "core/clock.h"
#include "core/fault.h"
#include "encoder/turbo_coder.h"
#include "support/decode.h"

namespace mio {
namespace {

/** Takes pictures from the camera and gives their buffers back, or not. */
class Taker {
 public:
  explicit Taker(bool requeue = true) : requeue_(requeue) {}

  mio_observer observer() {
    return {this, [](void *self, const mio_picture *p) { static_cast<Taker *>(self)->take(*p); },
            [](void *) {}, [](void *, const mio_picture *) {}, [](void *, const mio_picture *) {}};
  }
  std::vector<mio_picture> wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pictures_.size() >= count; });
    return pictures_;
  }

  SyntheticCamera *camera = nullptr;

 private:
  void take(const mio_picture &picture) {
    {
      const std::lock_guard lock(mutex_);
      pictures_.push_back(picture);
    }
    changed_.notify_all();
    if (requeue_) camera->requeue(picture.buffer);
  }

  const bool requeue_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<mio_picture> pictures_;
};

std::vector<uint8_t> jpeg_of(const mio_configuration &configuration, const mio_picture &picture) {
  const EncoderInput input(configuration);
  const MappedBuffers mapped(input.buffers);
  TurboCoder coder(input);
  std::vector<uint8_t> jpeg(TurboCoder::max_jpeg_bytes(input.width, input.height));
  jpeg.resize(coder.encode(mapped.view(picture), 90, jpeg.data(), jpeg.size()));
  return jpeg;
}

TEST(SyntheticCamera, TimestampsLieExactlyOneFrameApart) {
  Taker taker;
  SyntheticCamera camera(taker.observer());
  taker.camera = &camera;
  mio_wanted wanted{};
  wanted.width = 320;
  wanted.height = 240;
  wanted.fps = 200;
  camera.configure(wanted);
  camera.start();
  const auto pictures = taker.wait_for(100);
  camera.stop();
  const auto &first = pictures.front();
  for (const auto &picture : pictures) {
    const auto frames = static_cast<double>(picture.sequence - first.sequence);
    EXPECT_NEAR(static_cast<double>(picture.timestamp - first.timestamp), frames * 1e9 / 200, 2);
  }
}

TEST(SyntheticCamera, WithoutFreeBuffersFramesAreMissedAndTheSequenceSaysSo) {
  Taker keeper(false);
  SyntheticCamera camera(keeper.observer());
  keeper.camera = &camera;
  mio_wanted wanted{};
  wanted.width = 64;
  wanted.height = 64;
  wanted.fps = 240;
  wanted.buffer_count = 3;
  camera.configure(wanted);
  camera.start();
  auto pictures = keeper.wait_for(3);
  camera.requeue(pictures[0].buffer);
  pictures = keeper.wait_for(4);
  camera.stop();
  EXPECT_EQ(pictures.size(), 4U);
  EXPECT_GE(pictures[3].sequence, 3U);
}

TEST(SyntheticCamera, ShowsBarsInTheirColoursAndAStrideOfItsOwn) {
  Taker keeper(false);
  SyntheticCamera camera(keeper.observer());
  keeper.camera = &camera;
  mio_wanted wanted{};
  wanted.width = 700;
  wanted.height = 394;
  const mio_configuration configuration = camera.configure(wanted);
  EXPECT_GT(configuration.buffers[0].planes[0].stride, 700U) << "lines are aligned as on a Pi";
  camera.start();
  const auto pictures = keeper.wait_for(1);
  camera.stop();
  const auto jpeg = jpeg_of(configuration, pictures[0]);
  const auto picture = test::decode(jpeg.data(), jpeg.size());
  ASSERT_EQ(picture.width, 700);
  const int y = 150;
  EXPECT_TRUE(test::near(picture.at(350, y), {0, 191, 0})) << "green";
  EXPECT_TRUE(test::near(picture.at(550, y), {191, 0, 0})) << "red";
  EXPECT_TRUE(test::near(picture.at(650, y), {0, 0, 191})) << "blue";
}

TEST(SyntheticCamera, MirrorsLikeASensor) {
  Taker keeper(false);
  SyntheticCamera camera(keeper.observer());
  keeper.camera = &camera;
  mio_wanted wanted{};
  wanted.width = 640;
  wanted.height = 480;
  wanted.hflip = 1;
  const mio_configuration configuration = camera.configure(wanted);
  camera.start();
  const auto pictures = keeper.wait_for(1);
  camera.stop();
  const auto jpeg = jpeg_of(configuration, pictures[0]);
  EXPECT_TRUE(test::near(test::decode(jpeg.data(), jpeg.size()).at(40, 240), {0, 0, 191}))
      << "blue is left now";
}

TEST(SyntheticCamera, RefusesSizesThatItDoesNotHave) {
  SyntheticCamera camera({});
  mio_wanted wanted{};
  wanted.width = 10;
  wanted.height = 10;
  EXPECT_THROW(camera.configure(wanted), FaultError);
}

}  // namespace
}  // namespace mio
