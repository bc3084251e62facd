// SPDX-License-Identifier: MIT
// What every encoder promises, whatever it is made of. Instantiated for each kind.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "encoder/make_encoder.h"
#include "support/collector.h"
#include "support/picture_buffers.h"

namespace mio::test {

inline constexpr test::Rgb kGreen{20, 180, 30};

struct Kind {
  const char *name;
  mio_format format;
  /** What must be there as long as the encoder is, e.g. a device. */
  std::shared_ptr<void> (*world)() = [] { return std::shared_ptr<void>(); };
  const char *label = "";
};

inline std::ostream &operator<<(std::ostream &to, const Kind &kind) {
  return to << kind.name << " " << kind.label;
}

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

  const std::shared_ptr<void> world_ = GetParam().world();
  PictureBuffers buffers_{GetParam().format, 320, 240, kBuffers, 0};
  const EncoderInput input_ = buffers_.input();
  const EncoderChoice choice_ = choose_encoder(input_, "auto");
  std::shared_ptr<SlotPool> pool_ = make_slots(choice_, 8);
  Collector collector_;
  std::unique_ptr<Encoder> encoder_ = make_encoder(choice_, input_, 80, pool_, collector_);
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
  const auto picture = test::decode(jpeg.data(), jpeg.length);
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

}  // namespace mio::test
