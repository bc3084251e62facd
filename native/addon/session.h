// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

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

  /** Opens and starts. Throws FaultError, also when `close` came meanwhile. */
  void open(const PipelineOptions &options) {
    const std::lock_guard opening(operation_);
    auto pipeline = std::make_shared<Pipeline>(options, *this);
    {
      const std::lock_guard lock(mutex_);
      if (closed_) throw FaultError("ERR_CAMERA_CLOSED", "it was closed while it was opened");
      pipeline_ = pipeline;
    }
    try {
      pipeline->start();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      pipeline_.reset();
      throw;
    }
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
  }

  /** Runs `use` with the pipeline if it is open, while nobody closes it. */
  template <typename Use>
  bool with_pipeline(Use use) {
    const std::lock_guard lock(mutex_);
    if (pipeline_) use(*pipeline_);
    return pipeline_ != nullptr;
  }

  std::optional<Jpeg> take_jpeg() { return jpeg_.take(); }
  std::optional<Fault> take_fault() { return fault_.take(); }
  /** The encoder that works now, when another one did before. */
  std::optional<EncoderReport> take_encoder() { return encoder_.take(); }
  uint64_t superseded() const { return superseded_; }

 private:
  void on_jpeg(Jpeg jpeg) override {
    if (jpeg_.put(std::move(jpeg))) superseded_++;
    wake_();
  }
  void on_fault(Fault fault) override {
    fault_.put(std::move(fault));
    wake_();
  }

  void on_encoder(const EncoderReport &now) override {
    encoder_.put(now);
    wake_();
  }

  const std::function<void()> wake_;
  Mailbox<Jpeg> jpeg_;
  Mailbox<Fault> fault_;
  Mailbox<EncoderReport> encoder_;
  std::atomic<uint64_t> superseded_{0};
  /** Held while opening, which may take seconds. */
  std::mutex operation_;
  std::mutex mutex_;
  bool closed_ = false;
  std::shared_ptr<Pipeline> pipeline_;
};

}  // namespace mio
