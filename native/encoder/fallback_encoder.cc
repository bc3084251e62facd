// SPDX-License-Identifier: MIT
#include "encoder/fallback_encoder.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace mio {

namespace {

constexpr std::chrono::milliseconds kMaxPatience = std::chrono::minutes(1);

}  // namespace

FallbackEncoder::FallbackEncoder(Hardware hardware, Software software, int quality,
                                 EncoderSink &sink, std::chrono::milliseconds patience)
    : make_hardware_(std::move(hardware)),
      make_software_(std::move(software)),
      sink_(sink),
      first_patience_(patience),
      quality_(quality),
      patience_(patience),
      active_(make_hardware_(quality, *this)),
      keeper_([this] { keep(); }) {
  pthread_setname_np(keeper_.native_handle(), "mio-fallback");
}

const char *FallbackEncoder::name() const {
  const std::lock_guard lock(mutex_);
  return active_ ? active_->name() : "";
}

EncoderReport FallbackEncoder::report() const {
  const std::lock_guard lock(mutex_);
  EncoderReport report = active_ ? active_->report() : last_;
  report.bytes_copied += bytes_copied_;
  report.fallbacks = fallbacks_;
  return report;
}

// Under the lock: neither encoder blocks in `submit`.
bool FallbackEncoder::submit(const mio_picture &picture, Slot slot) {
  const std::lock_guard lock(mutex_);
  return !stopping_ && active_ && active_->submit(picture, std::move(slot));
}

void FallbackEncoder::set_quality(int quality) {
  const std::lock_guard lock(mutex_);
  quality_ = quality;
  if (active_) active_->set_quality(quality);
}

void FallbackEncoder::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (keeper_.joinable()) keeper_.join();
  // The hardware may break while it is stopped and be replaced once more.
  for (Encoder *stopped = nullptr;;) {
    Encoder *active = nullptr;
    {
      const std::lock_guard lock(mutex_);
      active = active_.get();
    }
    if (active == stopped) return;
    active->stop();
    stopped = active;
  }
}

// On the hardware's own thread, which can therefore not be waited for here.
void FallbackEncoder::broken(const std::string &why) {
  int quality = 0;
  EncoderReport about;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    quality = quality_;
    if (active_) about.refusals = active_->report().refusals;
    about.reason = why;
  }
  std::unique_ptr<Encoder> software;
  try {
    software = make_software_(about, quality, sink_);
  } catch (const std::exception &e) {
    // Then nothing encodes until the hardware does again; each picture is refused as if busy.
    sink_.failed(EncodeFailure::kEncoder, e.what());
  }
  {
    const std::lock_guard lock(mutex_);
    if (active_) bytes_copied_ += active_->report().bytes_copied;
    retired_ = std::exchange(active_, std::move(software));
    last_ = std::move(about);
    on_hardware_ = false;
    ++fallbacks_;
    // Long good service earns a fresh start.
    const bool served = Clock::now() - since_ > kMaxPatience;
    patience_ = fallbacks_ == 1 || served ? first_patience_ : std::min(patience_ * 2, kMaxPatience);
  }
  changed_.notify_all();
  sink_.changed(report());
}

void FallbackEncoder::keep() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !on_hardware_; });
    // Closed before it is opened again, as many devices have one user at a time; and without the
    // lock, as a driver may take its time over it while pictures go to the CPU.
    auto retired = std::move(retired_);
    lock.unlock();
    retired.reset();
    lock.lock();
    if (changed_.wait_for(lock, patience_, [this] { return stopping_; })) return;
    const int quality = quality_;
    lock.unlock();
    try {
      back_to(make_hardware_(quality, *this));
      lock.lock();
    } catch (const std::exception &) {
      lock.lock();
      patience_ = std::min(patience_ * 2, kMaxPatience);
    }
  }
}

void FallbackEncoder::back_to(std::unique_ptr<Encoder> hardware) {
  std::unique_ptr<Encoder> software;
  {
    const std::lock_guard lock(mutex_);
    software = std::move(active_);
    if (software) last_ = software->report();
  }
  // Finishes its pictures; meanwhile new ones are refused as when busy.
  if (software) software->stop();
  {
    const std::lock_guard lock(mutex_);
    active_ = std::move(hardware);
    active_->set_quality(quality_);
    on_hardware_ = true;
    since_ = Clock::now();
  }
  sink_.changed(report());
}

}  // namespace mio
