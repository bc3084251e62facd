// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "addon/frame_feed.h"
#include "core/fault.h"
#include "core/mailbox.h"
#include "pipeline/pipeline.h"

namespace mio {

/**
 * One opened camera between the pipeline's threads and the event loop: the newest JPEG and the
 * fault wait here. It outlives the JavaScript object where a libuv thread still opens or closes.
 */
class Session final : public PipelineListener {
 public:
  /** @param wake called from any thread when something waits */
  explicit Session(std::function<void()> wake) : wake_(std::move(wake)) {}

  /** Opens; frames come after `start`. Throws FaultError, also when `close` came meanwhile. */
  void open(const PipelineOptions &options) {
    const std::lock_guard opening(operation_);
    auto pipeline = std::make_shared<Pipeline>(options, *this);
    const std::lock_guard lock(mutex_);
    if (closed_) throw FaultError("ERR_CAMERA_CLOSED", "it was closed while it was opened");
    pipeline_ = std::move(pipeline);
  }

  /**
   * Runs what takes a while with the pipeline, on a thread of libuv: one such thing at a time, and
   * meanwhile nothing else but `watch`.
   * @throws FaultError
   */
  template <typename Work>
  void alone(Work work) {
    const std::lock_guard operation(operation_);
    // Gone before the lock is: `close` must have the last reference.
    std::shared_ptr<Pipeline> pipeline;
    {
      const std::lock_guard lock(mutex_);
      if (!pipeline_) throw FaultError("ERR_CAMERA_CLOSED", "it is closed");
      pipeline = pipeline_;
      busy_ = true;
    }
    std::exception_ptr why;
    try {
      work(*pipeline);
    } catch (...) {
      why = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
    }
    if (why) std::rethrow_exception(why);
  }

  /** Stops all threads that wake, and gives the camera back. */
  void close() {
    std::shared_ptr<Pipeline> last;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      last = std::move(pipeline_);
    }
    if (last) last->cancel();
    const std::lock_guard opened(operation_);
    last.reset();
    jpeg_.take();
    for (RawInbox &inbox : raw_) inbox.newest.take();
  }

  /** Runs `use` with the pipeline if it is open and nobody changes it, while nobody closes it. */
  template <typename Use>
  bool with_pipeline(Use use) {
    const std::lock_guard lock(mutex_);
    const bool usable = pipeline_ != nullptr && !busy_;
    if (usable) use(*pipeline_);
    return usable;
  }

  /** Whether JavaScript wants each frame. */
  void watch(bool watched) {
    javascript_watches_ = watched;
    update_watched();
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

  /** Whether JavaScript wants raw frames in this format. Throws FaultError `ERR_NO_BUFFERS`. */
  void watch_raw(RawFormat format, bool watched) {
    RawInbox &inbox = raw_[static_cast<size_t>(format)];
    inbox.watched = watched;
    {
      const std::lock_guard lock(mutex_);
      if (pipeline_) pipeline_->watch_raw(format, watched);
    }
    if (!watched) inbox.newest.take();
  }

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
    {
      const std::lock_guard lock(mutex_);
      if (pipeline_) pipeline_->watch(watched_);
    }
    if (!watched_) jpeg_.take();
  }

  void on_jpeg(Jpeg jpeg) override {
    feed_.offer(jpeg);
    // Without a wake-up it waits for who asks for the newest one.
    const bool displaced = jpeg_.put(std::move(jpeg)).has_value();
    // Everybody may have left while it was encoded.
    if (!watched_) jpeg_.take();
    if (!javascript_watches_) return;
    if (displaced) superseded_++;
    wake_();
  }
  void on_raw(RawFrame frame) override {
    RawInbox &inbox = raw_[static_cast<size_t>(frame.format)];
    inbox.newest.put(std::move(frame));
    // The last one may have left while it was copied.
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
  Mailbox<Fault> fault_;
  /** Not only the newest: a fall-back that is over must be told too. They come seconds apart. */
  std::mutex encoders_mutex_;
  std::vector<EncoderReport> encoders_;
  std::atomic<uint64_t> superseded_{0};
  /** Held while opening and changing, which may take seconds. */
  std::mutex operation_;
  std::mutex mutex_;
  bool closed_ = false;
  bool busy_ = false;
  std::shared_ptr<Pipeline> pipeline_;
};

}  // namespace mio
