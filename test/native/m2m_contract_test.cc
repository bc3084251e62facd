// SPDX-License-Identifier: MIT
#include "support/encoder_contract.h"
#include "support/m2m_world.h"

namespace mio::test {
namespace {

/** One of the two devices, alone. */
std::shared_ptr<void> only(const std::string &device, bool heap,
                           const std::vector<std::string> &switches = {}) {
  auto world = std::make_shared<M2mWorld>(heap);
  world->on(device == "video31" ? "video11.absent" : "video31.absent");
  for (const std::string &one : switches) world->on(device + "." + one);
  return world;
}

INSTANTIATE_TEST_SUITE_P(
    V4l2M2m, EncoderContract,
    testing::Values(
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video31", true); }, "JpegIntoSlots"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video31", false); }, "JpegByCopy"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video11", true); }, "MjpegIntoSlots"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video11", false); }, "MjpegByCopy"},
        Kind{"v4l2-m2m", MIO_FORMAT_NV12, [] { return only("video31", true); }, "JpegOfNv12"},
        Kind{"v4l2-m2m", MIO_FORMAT_NV12, [] { return only("video11", false, {"single"}); },
             "SinglePlanar"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video31", true, {"separate"}); },
             "SeparatePlanes"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video31", true, {"no-dmabuf"}); },
             "NoDmabufOut"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video31", true, {"header"}); },
             "HeaderFirst"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video11", false, {"header"}); },
             "HeaderFirstByCopy"},
        Kind{"v4l2-m2m", MIO_FORMAT_YUV420, [] { return only("video11", true, {"no-huffman"}); },
             "NoHuffmanTables"}),
    [](const auto &info) { return info.param.label; });

}  // namespace
}  // namespace mio::test
