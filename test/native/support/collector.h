// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "encoder/encoder.h"

namespace mio::test {

/** Collects what an encoder gives, and says when. */
class Collector final : public EncoderSink {
 public:
  void input_done(uint32_t buffer) override {
    if (on_done_) on_done_(buffer);
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
  void broken(const std::string &why) override {
    const std::lock_guard lock(mutex_);
    broken_.push_back(why);
    changed_.notify_all();
  }
  void changed(const EncoderReport &now) override {
    const std::lock_guard lock(mutex_);
    changes_.push_back(now);
    changed_.notify_all();
  }
  template <typename Condition>
  void wait_until(Condition condition) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, condition);
  }
  /** Waits until as many pictures have come out, whole or failed. */
  void wait_for(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, [&] { return jpegs_.size() + failures_.size() >= count && done_.size() >= count; });
  }

  /** Called on an encoder's thread when a buffer is the camera's again. Set before any picture. */
  std::function<void(uint32_t buffer)> on_done_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<uint32_t> done_;
  std::vector<Jpeg> jpegs_;
  std::vector<EncodeFailure> failures_;
  std::vector<std::string> broken_;
  std::vector<EncoderReport> changes_;
};

}  // namespace mio::test
