// SPDX-License-Identifier: MIT
#include "backend/registry.h"

#include <gtest/gtest.h>

#include <thread>

namespace mio {
namespace {

TEST(Registry, EverybodySharesOneStartedBackend) {
  const auto first = Backend::acquire("synthetic");
  const auto second = Backend::acquire("synthetic");
  EXPECT_EQ(first.get(), second.get());
  ASSERT_EQ(first->list().size(), 1U);
  EXPECT_EQ(first->list()[0].id, "synthetic");
}

TEST(Registry, ComesAndGoesFromManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 200; ++i) EXPECT_EQ(Backend::acquire("synthetic")->list().size(), 1U);
    });
  }
  for (std::thread &thread : threads) thread.join();
}

}  // namespace
}  // namespace mio
