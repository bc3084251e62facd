// SPDX-License-Identifier: MIT
// What every encoder promises, whatever it is made of.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/fault.h"
#include "encoder/make_encoder.h"
#include "encoder/threaded_encoder.h"
#include "support/picture_buffers.h"

namespace mio {
namespace {

using test::near;
using test::PictureBuffers;

constexpr test::Rgb kGreen{20, 180, 30};

/** Collects what an encoder gives, and says when. */
class Collector final : public EncoderSink {
 public:
  void input_done(uint32_t buffer) override {
    const std::lock_guard lock(mutex_);
    done_.push_back(buffer);
    changed_.notify_all();
  }
  void encoded(Jpeg jpeg) override {
    const std::lock_guard lock(mutex_);
    jpegs_.push_back(std::move(jpeg));
    changed_.notify_all();
  }
  void failed(EncodeFailure failure, const std::string & /*why*/) override {
    const std::lock_guard lock(mutex_);
    failures_.push_back(failure);
    changed_.notify_all();
  }
  /** Waits until as many pictures have come out, whole or failed. */
  void wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, [&] { return jpegs_.size() + failures_.size() >= count && done_.size() >= count; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<uint32_t> done_;
  std::vector<Jpeg> jpegs_;
  std::vector<EncodeFailure> failures_;
};

struct Kind {
  const char *name;
  mio_format format;
};

class EncoderContract : public testing::TestWithParam<Kind> {
 protected:
  static constexpr uint32_t kBuffers = 4;

  EncoderContract() {
    for (uint32_t i = 0; i < kBuffers; ++i) {
      if (GetParam().format == MIO_FORMAT_MJPEG) {
        buffers_.put_jpeg(i, test::make_jpeg(320, 240, kGreen));
      } else {
        buffers_.paint(i, kGreen, kGreen);
      }
    }
  }

  Slot slot() {
    Slot slot = pool_->take();
    EXPECT_TRUE(slot);
    return slot;
  }

  PictureBuffers buffers_{GetParam().format, 320, 240, kBuffers, 0};
  const EncoderInput input_ = buffers_.input();
  const EncoderChoice choice_ = choose_encoder(input_, "auto");
  std::shared_ptr<SlotPool> pool_ = SlotPool::create(8, choice_.max_jpeg_bytes);
  Collector collector_;
  std::unique_ptr<Encoder> encoder_ = make_encoder(choice_, input_, 80, collector_);
};

TEST_P(EncoderContract, SaysWhatItIs) {
  EXPECT_STREQ(encoder_->name(), GetParam().name);
  EXPECT_FALSE(choice_.reason.empty());
}

TEST_P(EncoderContract, MakesAPictureThatCanBeLookedAt) {
  ASSERT_TRUE(encoder_->submit(buffers_.picture(0, 41), slot()));
  collector_.wait_for(1);
  const Jpeg &jpeg = collector_.jpegs_.at(0);
  EXPECT_EQ(jpeg.sequence, 41U);
  EXPECT_EQ(jpeg.timestamp, 41'000);
  const auto picture = test::decode(jpeg.slot.data(), jpeg.length);
  EXPECT_EQ(picture.width, 320);
  EXPECT_EQ(picture.height, 240);
  EXPECT_TRUE(near(picture.at(160, 120), kGreen));
}

TEST_P(EncoderContract, GivesEachInputBackOnceAndKeepsTheOrder) {
  constexpr uint64_t kPictures = 200;
  size_t submitted = 0;
  for (uint64_t i = 0; i < kPictures; ++i) {
    while (!encoder_->submit(buffers_.picture(i % kBuffers, i), slot())) {
      // Busy means: something is under way that will come out.
      collector_.wait_for(submitted);
    }
    ++submitted;
    collector_.wait_for(submitted > 2 ? submitted - 2 : 0);
    const std::lock_guard lock(collector_.mutex_);
    for (size_t j = 1; j < collector_.jpegs_.size(); ++j) {
      ASSERT_LT(collector_.jpegs_[j - 1].sequence, collector_.jpegs_[j].sequence);
    }
    for (Jpeg &jpeg : collector_.jpegs_) jpeg.slot = {};
  }
  collector_.wait_for(kPictures);
  EXPECT_EQ(collector_.done_.size(), kPictures);
  EXPECT_EQ(collector_.jpegs_.size(), kPictures);
}

TEST_P(EncoderContract, IsBusyRatherThanQueueing) {
  size_t taken = 0;
  for (int i = 0; i < 7; ++i)
    taken += encoder_->submit(buffers_.picture(i % kBuffers, i), slot()) ? 1 : 0;
  EXPECT_GE(taken, 1U);
  collector_.wait_for(taken);
}

TEST_P(EncoderContract, FinishesWhatItHasWhenStoppedAndTakesNoMore) {
  ASSERT_TRUE(encoder_->submit(buffers_.picture(0, 1), slot()));
  encoder_->stop();
  EXPECT_EQ(collector_.jpegs_.size(), 1U);
  EXPECT_EQ(collector_.done_.size(), 1U);
  EXPECT_FALSE(encoder_->submit(buffers_.picture(1, 2), slot()));
  EXPECT_EQ(collector_.jpegs_.size(), 1U);
}

TEST_P(EncoderContract, HoldsNoSlotOfItsOwn) {
  for (uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(encoder_->submit(buffers_.picture(0, i), slot()));
    collector_.wait_for(i + 1);
  }
  encoder_->stop();
  collector_.jpegs_.clear();
  EXPECT_EQ(pool_->lent(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Encoders, EncoderContract,
                         testing::Values(Kind{"turbojpeg", MIO_FORMAT_YUV420},
                                         Kind{"turbojpeg", MIO_FORMAT_NV12},
                                         Kind{"passthrough", MIO_FORMAT_MJPEG}),
                         [](const auto &info) {
                           return std::string(info.param.name) + std::to_string(info.param.format);
                         });

/** A coder whose first picture ends only after the second one: order is then a matter of the
 * encoder alone. */
class LateCoder final : public Coder {
 public:
  explicit LateCoder(std::atomic<int> &finished) : finished_(finished) {}
  size_t encode(const MappedPicture &picture, int /*quality*/, uint8_t *out,
                size_t /*capacity*/) override {
    const uint8_t number = picture.planes[0].data[0];
    while (number == 0 && finished_ == 0) std::this_thread::yield();
    out[0] = number;
    finished_++;
    return 1;
  }

 private:
  std::atomic<int> &finished_;
};

TEST(ThreadedEncoder, AnEarlyResultWaitsForTheOneBefore) {
  PictureBuffers buffers(MIO_FORMAT_YUV420, 64, 64, 2);
  buffers.paint(0, {0, 0, 0}, {0, 0, 0});
  buffers.paint(1, {255, 255, 255}, {255, 255, 255});
  const auto pool = SlotPool::create(2, 64);
  Collector collector;
  std::atomic<int> finished{0};
  ThreadedEncoder encoder(
      "late", buffers.input(), 80, 2, [&] { return std::make_unique<LateCoder>(finished); },
      collector);
  ASSERT_TRUE(encoder.submit(buffers.picture(0, 1), pool->take()));
  ASSERT_TRUE(encoder.submit(buffers.picture(1, 2), pool->take()));
  collector.wait_for(2);
  EXPECT_EQ(collector.done_.front(), 1U) << "the second picture was read first";
  EXPECT_EQ(collector.jpegs_.at(0).sequence, 1U);
  EXPECT_EQ(collector.jpegs_.at(1).sequence, 2U);
}

TEST(ThreadedEncoder, AFailureIsToldAndTheNextPictureComesOut) {
  PictureBuffers buffers(MIO_FORMAT_MJPEG, 64, 64, 2);
  buffers.put_jpeg(0, {0xff, 0xd8, 0x00});
  buffers.put_jpeg(1, test::make_jpeg(64, 64, kGreen));
  const EncoderInput input = buffers.input();
  const auto pool = SlotPool::create(2, 20'000);
  Collector collector;
  const auto encoder = make_encoder(choose_encoder(input, "auto"), input, 80, collector);
  ASSERT_TRUE(encoder->submit(buffers.picture(0, 1), pool->take()));
  ASSERT_TRUE(encoder->submit(buffers.picture(1, 2), pool->take()));
  collector.wait_for(2);
  EXPECT_EQ(collector.failures_, std::vector{EncodeFailure::kTruncated});
  EXPECT_EQ(collector.jpegs_.at(0).sequence, 2U);
  EXPECT_EQ(pool->lent(), 1U);
}

TEST(ChooseEncoder, AForcedOneThatCannotTakeThePicturesIsRefused) {
  const EncoderInput raw = PictureBuffers(MIO_FORMAT_NV12, 64, 64, 1).input();
  const EncoderInput jpeg = PictureBuffers(MIO_FORMAT_MJPEG, 64, 64, 1).input();
  EXPECT_THROW(choose_encoder(raw, "passthrough"), FaultError);
  EXPECT_THROW(choose_encoder(jpeg, "turbojpeg"), FaultError);
  EXPECT_STREQ(choose_encoder(raw, "turbojpeg").name, "turbojpeg");
  EXPECT_STREQ(choose_encoder(jpeg, "passthrough").name, "passthrough");
}

}  // namespace
}  // namespace mio
