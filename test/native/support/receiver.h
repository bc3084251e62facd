// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/pipeline.h"

namespace mio::test {

/** Takes what a pipeline gives, and keeps the last of each. */
class Receiver final : public PipelineListener {
 public:
  void on_jpeg(Jpeg jpeg) override {
    const std::lock_guard lock(mutex_);
    last_ = std::move(jpeg);
    ++count_;
    changed_.notify_all();
  }
  void on_raw(RawFrame frame) override {
    const std::lock_guard lock(mutex_);
    last_raw_ = std::move(frame);
    ++raw_count_;
    changed_.notify_all();
  }
  void on_fault(Fault fault) override {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
    changed_.notify_all();
  }
  void on_encoder(const EncoderReport &now) override {
    const std::lock_guard lock(mutex_);
    encoders_.push_back(now.name);
    told_fallbacks_.push_back(now.fallbacks);
    changed_.notify_all();
  }
  /** @param times how many changes of the encoder must have been told */
  void wait_for_encoder(const std::string &name, size_t times = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return encoders_.size() >= times && encoders_.back() == name; });
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }
  /** Waits until so many more have come. */
  void wait_for_more(int jpegs) { wait_for(count() + jpegs); }
  void wait_for_more_raw(int frames) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&, wanted = raw_count_ + frames] { return raw_count_ >= wanted; });
  }
  Fault wait_for_fault() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !faults_.empty(); });
    return faults_.front();
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Jpeg last_{};
  RawFrame last_raw_{};
  int count_ = 0;
  int raw_count_ = 0;
  std::vector<Fault> faults_;
  std::vector<std::string> encoders_;
  std::vector<uint64_t> told_fallbacks_;
};

inline PipelineOptions synthetic_options() {
  PipelineOptions options;
  options.backend = "synthetic";
  options.id = "synthetic";
  options.wanted.width = 320;
  options.wanted.height = 240;
  options.wanted.fps = 120;
  // Under emulation a full-size picture takes its time. Tests of the watchdog have their own.
  options.frame_timeout = std::chrono::seconds{30};
  return options;
}

}  // namespace mio::test
