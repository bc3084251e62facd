// SPDX-License-Identifier: MIT
// A pipeline with a hardware encoder is changed while frames come.
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "pipeline/pipeline.h"
#include "support/m2m_world.h"
#include "support/receiver.h"

namespace mio {
namespace {

using test::M2mWorld;
using test::Receiver;
using test::synthetic_options;

TEST(HardwareReconfigured, CountersOfTheEncodersBeforeStayCounted) {
  const M2mWorld world(false);
  Receiver receiver;
  Pipeline pipeline(synthetic_options(), receiver);
  pipeline.start();
  pipeline.watch(true);
  receiver.wait_for(3);
  world.on("video11.gone");
  world.on("video31.gone");
  receiver.wait_for_encoder("turbojpeg");
  const EncoderReport before = pipeline.encoder();
  EXPECT_EQ(before.fallbacks, 1U);
  EXPECT_GT(before.bytes_copied, 0U);
  world.off("video31.gone");
  pipeline.reconfigure(synthetic_options());
  EXPECT_EQ(pipeline.encoder().name, "v4l2-m2m");
  EXPECT_EQ(pipeline.encoder().fallbacks, 1U);
  EXPECT_GE(pipeline.encoder().bytes_copied, before.bytes_copied);
  world.on("video31.gone");
  receiver.wait_for_encoder("turbojpeg", 2);
  EXPECT_EQ(pipeline.encoder().fallbacks, 2U);
  EXPECT_EQ(receiver.told_fallbacks_, (std::vector<uint64_t>{1, 2}));
}

TEST(HardwareReconfigured, WhileAllSlotsAreLent) {
  const M2mWorld world;
  Receiver receiver;
  Pipeline pipeline(synthetic_options(), receiver);
  pipeline.start();
  std::vector<Slot> held;
  while (const Slot slot = pipeline.pool()->take()) held.push_back(slot);
  pipeline.reconfigure(synthetic_options());
  EXPECT_EQ(pipeline.encoder().name, "v4l2-m2m") << pipeline.encoder().reason;
  pipeline.watch(true);
  receiver.wait_for(2);
}

}  // namespace
}  // namespace mio
