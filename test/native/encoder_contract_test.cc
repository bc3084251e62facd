// SPDX-License-Identifier: MIT
#include "support/encoder_contract.h"

#include "core/fault.h"
#include "encoder/threaded_encoder.h"

namespace mio::test {
INSTANTIATE_TEST_SUITE_P(Encoders, EncoderContract,
                         testing::Values(Kind{"turbojpeg", MIO_FORMAT_YUV420},
                                         Kind{"turbojpeg", MIO_FORMAT_NV12},
                                         Kind{"passthrough", MIO_FORMAT_MJPEG}),
                         [](const auto &info) {
                           return std::string(info.param.name) + std::to_string(info.param.format);
                         });
}  // namespace mio::test

namespace mio {
namespace {

using test::Collector;
using test::kGreen;
using test::PictureBuffers;

/** A coder whose first picture ends only after the second one has been read: order is then a matter
 * of the encoder alone. */
class LateCoder final : public Coder {
 public:
  explicit LateCoder(Collector &collector) : collector_(collector) {}
  size_t encode(const MappedPicture &picture, int /*quality*/, uint8_t *out,
                size_t /*capacity*/) override {
    const uint8_t number = picture.planes[0].data[0];
    if (number == 0) collector_.wait_until([&] { return !collector_.done_.empty(); });
    out[0] = number;
    return 1;
  }

 private:
  Collector &collector_;
};

TEST(ThreadedEncoder, AnEarlyResultWaitsForTheOneBefore) {
  PictureBuffers buffers(MIO_FORMAT_YUV420, 64, 64, 2);
  buffers.paint(0, {0, 0, 0}, {0, 0, 0});
  buffers.paint(1, {255, 255, 255}, {255, 255, 255});
  const auto pool = SlotPool::create(2, 64);
  Collector collector;
  ThreadedEncoder encoder(
      "late", buffers.input(), 80, 2, [&] { return std::make_unique<LateCoder>(collector); },
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
  const auto encoder = make_encoder(choose_encoder(input, "auto"), input, 80, pool, collector);
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
