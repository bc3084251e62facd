// SPDX-License-Identifier: MIT
// Random programs over a real sender, the same in each run. `npm run fuzz` looks for worse ones,
// led by what they reach.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/sender_program.h"

namespace mio {
namespace {

class SenderPrograms : public testing::TestWithParam<size_t> {};

TEST_P(SenderPrograms, HoldWhateverTheOrder) {
  constexpr uint32_t kPrograms = 150;
  for (uint32_t seed = 0; seed < kPrograms; ++seed) {
    std::mt19937 random(seed);
    std::vector<uint8_t> program(GetParam());
    for (uint8_t &byte : program) byte = static_cast<uint8_t>(random());
    ASSERT_NO_THROW(test::run_sender_program(program)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(OfLength, SenderPrograms, testing::Values(8, 32, 128),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace mio
