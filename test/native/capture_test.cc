// SPDX-License-Identifier: MIT
#include "pipeline/capture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/receiver.h"

namespace mio {
namespace {

/** Watches JPEGs, or not, and counts what it is told. */
class Member final : public CaptureMember {
 public:
  explicit Member(bool watching = true) : watching_(watching) {}
  void on_jpeg(Jpeg jpeg) override { receiver_.on_jpeg(std::move(jpeg)); }
  void on_raw(RawFrame frame) override { receiver_.on_raw(std::move(frame)); }
  void on_fault(Fault fault) override { receiver_.on_fault(std::move(fault)); }
  void on_changed() override { changes_++; }
  bool watches() const override { return watching_; }
  bool watches_raw(RawFormat format) const override {
    return watching_raw_ && format == RawFormat::kNv12;
  }

  std::atomic<bool> watching_;
  std::atomic<bool> watching_raw_{false};
  std::atomic<int> changes_{0};
  test::Receiver receiver_;
};

std::shared_ptr<Capture> open(Member &member, const std::string &settings = "a") {
  auto capture = Capture::join(test::synthetic_options(), settings, true, member);
  capture->start();
  capture->update_watched();
  return capture;
}

TEST(Capture, AllWhoJoinHaveTheSameAndEachGetsEveryFrame) {
  Member first;
  Member second;
  const auto one = open(first, "as the first wants it");
  const auto other = open(second, "as the second wants it");
  EXPECT_EQ(one, other);
  EXPECT_EQ(other->settings(), "as the first wants it");
  first.receiver_.wait_for_more(3);
  second.receiver_.wait_for_more(3);
  one->leave(first);
  second.receiver_.wait_for_more(3);
  other->leave(second);
}

TEST(Capture, OneThatIsNotSharedIsOfItsOwn) {
  Member first;
  Member second;
  const auto one = open(first);
  const auto other = Capture::join(test::synthetic_options(), "b", false, second);
  EXPECT_NE(one, other);
  one->leave(first);
  other->leave(second);
}

TEST(Capture, WithTheLastOneTheCameraIsGivenBackAndCanBeOpenedAnew) {
  Member member;
  const auto before = open(member, "a");
  before->leave(member);
  EXPECT_FALSE(before->with_pipeline([](Pipeline &) {}));
  const auto after = open(member, "b");
  EXPECT_NE(before, after);
  EXPECT_EQ(after->settings(), "b");
  after->leave(member);
}

TEST(Capture, EncodesAsLongAsOneOfThemWatches) {
  Member first(false);
  Member second(true);
  const auto capture = open(first);
  open(second);
  second.receiver_.wait_for_more(2);
  capture->leave(second);
  const auto encoded = [&] {
    uint64_t count = 0;
    capture->with_pipeline([&](Pipeline &pipeline) { count = pipeline.statistics().unwatched; });
    return count;
  };
  for (const uint64_t before = encoded(); encoded() < before + 5;) std::this_thread::yield();
  capture->leave(first);
}

TEST(Capture, ChangesAreToldToAll) {
  Member first;
  Member second;
  const auto capture = open(first);
  open(second);
  auto options = test::synthetic_options();
  options.wanted.width = 640;
  const int told = second.changes_;
  capture->reconfigure(options, "wider");
  EXPECT_GT(second.changes_, told);
  EXPECT_EQ(capture->state().mode.width, 640U);
  options.quality = 20;
  capture->adjust(options, "worse");
  EXPECT_EQ(capture->settings(), "worse");
  options.wanted.width = 20'000;
  EXPECT_THROW(capture->reconfigure(options, "wrong"), FaultError);
  EXPECT_EQ(capture->settings(), "worse");
  second.receiver_.wait_for_more(2);
  capture->leave(first);
  capture->leave(second);
}

TEST(Capture, AFailedOneIsNotJoined) {
  Member first;
  Member second;
  const auto failed = open(first);
  failed->with_pipeline([](Pipeline &pipeline) { pipeline.cancel(); });
  {
    std::unique_lock lock(first.receiver_.mutex_);
    first.receiver_.changed_.wait(lock, [&] { return !first.receiver_.faults_.empty(); });
  }
  const auto fresh = open(second);
  EXPECT_NE(failed, fresh);
  second.receiver_.wait_for_more(2);
  failed->leave(first);
  second.receiver_.wait_for_more(2);
  fresh->leave(second);
}

TEST(Capture, WhatCannotBeOpenedLeavesNothing) {
  Member member;
  auto options = test::synthetic_options();
  options.wanted.width = 20'000;
  EXPECT_THROW(Capture::join(options, "a", true, member), FaultError);
  open(member)->leave(member);
}

TEST(Capture, ManyThreadsComeAndGoAndChangeIt) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 8; ++i) {
        Member member(i % 2 == 0);
        member.watching_raw_ = i % 3 == 0;
        const auto capture = open(member);
        if (member.watching_) member.receiver_.wait_for_more(1);
        auto options = test::synthetic_options();
        options.wanted.width = 320 + 64 * static_cast<uint32_t>(t);
        try {
          if (i % 4 == 1) capture->reconfigure(options, "b");
          if (i % 4 == 2) capture->adjust(options, "c");
          if (i % 4 == 3) static_cast<void>(capture->still(std::chrono::seconds(30)));
        } catch (const FaultError &e) {
          ADD_FAILURE() << e.what();
        }
        static_cast<void>(capture->state());
        capture->leave(member);
        EXPECT_TRUE(member.receiver_.faults_.empty());
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
}

}  // namespace
}  // namespace mio
