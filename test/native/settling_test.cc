// SPDX-License-Identifier: MIT
#include "pipeline/settling.h"

#include <gtest/gtest.h>

namespace mio {
namespace {

constexpr int64_t kFrame = 33'333'333;

/** How many pictures are held back of a camera that says `exposure` for the first `searching` of
 * them. */
int held_back(Settling &settling, int searching, mio_exposure after, int64_t interval = kFrame) {
  for (int i = 0; i < 1000; ++i) {
    const mio_exposure exposure = i < searching ? MIO_EXPOSURE_SEARCHING : after;
    if (settling.add(exposure, 5 + i * interval)) return i;
  }
  return 1000;
}

TEST(Settling, ACameraThatTellsIsBelieved) {
  Settling settling;
  EXPECT_EQ(held_back(settling, 0, MIO_EXPOSURE_SETTLED), 0);
  settling.begin();
  EXPECT_EQ(held_back(settling, 17, MIO_EXPOSURE_SETTLED), 17);
}

TEST(Settling, ACameraThatDoesNotTellIsGivenSomeFrames) {
  Settling settling;
  EXPECT_EQ(held_back(settling, 0, MIO_EXPOSURE_UNKNOWN), 10);
}

TEST(Settling, NobodyWaitsForLightThatNeverSettles) {
  Settling settling;
  EXPECT_EQ(held_back(settling, 1000, MIO_EXPOSURE_SETTLED), 61) << "two seconds at 30 a second";
  settling.begin();
  EXPECT_EQ(held_back(settling, 0, MIO_EXPOSURE_UNKNOWN, 1'000'000'000), 2) << "one a second";
}

TEST(Settling, SettledIsSettledUntilTheNextStart) {
  Settling settling;
  EXPECT_TRUE(settling.add(MIO_EXPOSURE_SETTLED, 1));
  EXPECT_TRUE(settling.add(MIO_EXPOSURE_SEARCHING, 2));
  settling.begin();
  EXPECT_FALSE(settling.add(MIO_EXPOSURE_SEARCHING, 3));
}

}  // namespace
}  // namespace mio
