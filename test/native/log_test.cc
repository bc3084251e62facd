// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <gtest/gtest.h>

namespace mio {
namespace {

TEST(LogSink, KeepsLinesUntilSomebodyListens) {
  LogSink sink;
  sink.write(LogLevel::kWarn, "Camera", "first");
  int woken = 0;
  sink.on_lines(&woken, [&woken] { ++woken; });
  EXPECT_EQ(woken, 1);
  const auto lines = sink.take();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].category, "Camera");
  EXPECT_EQ(lines[0].message, "first");
  EXPECT_EQ(lines[0].level, LogLevel::kWarn);
}

TEST(LogSink, ALaterListenerIsNotEndedByAnEarlierOne) {
  LogSink sink;
  int first = 0;
  int second = 0;
  sink.on_lines(&first, [&first] { ++first; });
  sink.on_lines(&second, [&second] { ++second; });
  sink.on_lines(&first, {});
  sink.write(LogLevel::kInfo, "Camera", "line");
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(LogSink, SaysHowManyLinesWereLost) {
  LogSink sink;
  for (int i = 0; i < 510; ++i) sink.write(LogLevel::kInfo, "Camera", "line");
  const auto lines = sink.take();
  EXPECT_EQ(lines.back().message, "10 log lines were lost");
}

}  // namespace
}  // namespace mio
