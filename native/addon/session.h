// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "addon/frame_feed.h"
#include "core/fault.h"
#include "core/mailbox.h"
#include "pipeline/capture.h"

namespace mio {

/**
 * One opening of a camera between the capture's threads and the event loop: the newest frames and
 * the fault wait here. It outlives the JavaScript object where a libuv thread still opens or
 * closes.
 */
class Session final : public CaptureMember {
 public:
  /** @param wake called from any thread when something waits */
  explicit Session(std::function<void()> wake) : wake_(std::move(wake)) {}

  /** As Capture::join. Throws FaultError, also when `close` came meanwhile. */
  void open(const PipelineOptions &options, std::string settings, bool shared) {
    const std::lock_guard opening(opening_);
    const auto capture = Capture::join(options, std::move(settings), shared, *this);
    bool closed = false;
    {
      const std::lock_guard lock(mutex_);
      closed = closed_;
      if (!closed) capture_ = capture;
    }
    if (!closed) return;
    capture->leave(*this);
    throw FaultError("ERR_CAMERA_CLOSED", "it was closed while it was opened");
  }

  /** Nothing wakes afterwards, whoever has begun to close it. */
  void close() {
    const std::lock_guard closing(closing_);
    std::shared_ptr<Capture> last;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      last = std::move(capture_);
    }
    if (last) last->leave(*this);
    const std::lock_guard opened(opening_);
    jpeg_.take();
    for (RawInbox &inbox : raw_) inbox.newest.take();
  }

  /** What this has opened; null once it is closed. */
  std::shared_ptr<Capture> capture() const {
    const std::lock_guard lock(mutex_);
    return capture_;
  }

  /** As Capture::with_pipeline. */
  template <typename Use>
  bool with_pipeline(Use use) {
    const auto opened = capture();
    return opened && opened->with_pipeline(std::move(use));
  }

  /** Whether JavaScript wants each frame. */
  void watch(bool watched) {
    javascript_watches_ = watched;
    update_watched();
  }

  /** Whether JavaScript wants raw frames in this format. Throws FaultError `ERR_NO_BUFFERS`. */
  void watch_raw(RawFormat format, bool watched) {
    RawInbox &inbox = raw_[static_cast<size_t>(format)];
    inbox.watched = watched;
    if (const auto opened = capture()) opened->update_watched();
    if (!watched) inbox.newest.take();
  }

  /**
   * Frames go to `sender` too, straight from the encoder.
   * @param reserved see FrameFeed
   */
  void feed(std::shared_ptr<Sender> sender, size_t reserved) {
    feed_.attach(std::move(sender), reserved);
    update_watched();
  }
  void unfeed(const std::shared_ptr<Sender> &sender) {
    feed_.detach(sender);
    update_watched();
  }
  const FrameFeed &fed() const { return feed_; }

  /** Whether anything of how the camera is set may have changed since the last call. */
  bool take_changed() { return changed_.exchange(false); }
  std::optional<Jpeg> take_jpeg() { return jpeg_.take(); }
  std::optional<RawFrame> take_raw(RawFormat format) {
    return raw_[static_cast<size_t>(format)].newest.take();
  }
  std::optional<Fault> take_fault() { return fault_.take(); }
  /** The encoders that have taken over since the last call, in order. */
  std::vector<EncoderReport> take_encoders() {
    const std::lock_guard lock(encoders_mutex_);
    return std::exchange(encoders_, {});
  }
  uint64_t superseded() const { return superseded_; }

 private:
  void update_watched() {
    watched_ = javascript_watches_ || !feed_.empty();
    if (const auto opened = capture()) opened->update_watched();
    if (!watched_) jpeg_.take();
  }

  bool watches() const override { return watched_; }
  bool watches_raw(RawFormat format) const override {
    return raw_[static_cast<size_t>(format)].watched;
  }

  void on_jpeg(Jpeg jpeg) override {
    if (!watched_) return;
    feed_.offer(jpeg);
    // Without a wake-up it waits for who asks for the newest one.
    const bool displaced = jpeg_.put(std::move(jpeg)).has_value();
    // Everybody may have left meanwhile.
    if (!watched_) jpeg_.take();
    if (!javascript_watches_) return;
    if (displaced) superseded_++;
    wake_();
  }
  void on_raw(RawFrame frame) override {
    RawInbox &inbox = raw_[static_cast<size_t>(frame.format)];
    if (!inbox.watched) return;
    inbox.newest.put(std::move(frame));
    if (!inbox.watched) inbox.newest.take();
    wake_();
  }
  void on_fault(Fault fault) override {
    fault_.put(std::move(fault));
    wake_();
  }
  void on_encoder(const EncoderReport &now) override {
    {
      const std::lock_guard lock(encoders_mutex_);
      encoders_.push_back(now);
    }
    wake_();
  }
  void on_changed() override {
    changed_ = true;
    wake_();
  }

  const std::function<void()> wake_;
  FrameFeed feed_;
  std::atomic<bool> javascript_watches_{false};
  std::atomic<bool> watched_{false};
  Mailbox<Jpeg> jpeg_;
  struct RawInbox {
    std::atomic<bool> watched{false};
    Mailbox<RawFrame> newest;
  };
  std::array<RawInbox, kRawFormats> raw_;
  std::atomic<bool> changed_{false};
  Mailbox<Fault> fault_;
  /** Not only the newest: a fall-back that is over must be told too. They come seconds apart. */
  std::mutex encoders_mutex_;
  std::vector<EncoderReport> encoders_;
  std::atomic<uint64_t> superseded_{0};
  /** Held while closing: the environment may end meanwhile, and must wait. */
  std::mutex closing_;
  /** Held while opening, which may take seconds. */
  std::mutex opening_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::shared_ptr<Capture> capture_;
};

}  // namespace mio
