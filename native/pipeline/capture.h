// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/fault.h"
#include "pipeline/pipeline.h"

namespace mio {

/** One of those who have opened a camera. Called as a PipelineListener is: never block. */
class CaptureMember : public PipelineListener {
 public:
  /** How the camera is set has changed, or may have. */
  virtual void on_changed() = 0;
  virtual bool watches() const = 0;
  virtual bool watches_raw(RawFormat format) const = 0;
};

/**
 * A camera that captures for all who have opened it in this process, in whichever threads. The
 * first one opens it, the last one who leaves closes it, and each gets every frame. What takes a
 * while is done one after the other.
 */
class Capture final : private PipelineListener {
 public:
  /** How the camera is set. */
  struct State {
    PipelineMode mode;
    EncoderReport encoder;
    std::shared_ptr<SlotPool> pool;
    std::array<std::shared_ptr<SlotPool>, kRawFormats> raw_pools;
  };

  /**
   * Joins the capture of this camera that there is, as it is set; else opens the camera. Frames
   * come after `start`.
   * @param settings the options in the words of who opens, for those who join
   * @param shared   false: a capture of its own, which the camera must allow
   * @param member   outlives its `leave`
   * @throws FaultError
   */
  static std::shared_ptr<Capture> join(const PipelineOptions &options, std::string settings,
                                       bool shared, CaptureMember &member);

  ~Capture() override;
  Capture(const Capture &) = delete;
  Capture &operator=(const Capture &) = delete;

  /** When it returns, `member` is not called any more. The last one gives the camera back. */
  void leave(CaptureMember &member);

  /** Lets frames come, if nobody has before, and returns when there are any. Throws FaultError. */
  void start();

  /** Throws FaultError; then everything is as it was. */
  void reconfigure(const PipelineOptions &options, std::string settings);
  /** Of the options only those that need no stop: rate, quality, limit, orientation. Throws
   * FaultError. */
  void adjust(const PipelineOptions &options, std::string settings);
  void set_controls(const mio_control_setting *settings, size_t count);
  Still still(std::chrono::milliseconds timeout);
  /** Returns when nothing that takes a while is under way. */
  void settle();

  /** A member has changed its mind about what it watches. Throws FaultError `ERR_NO_BUFFERS`. */
  void update_watched();

  /** Also while the camera is changed: then as it was. */
  State state();
  std::string settings() const;

  /** Runs `use` with the pipeline if it is open and nobody changes it, while nobody closes it. */
  template <typename Use>
  bool with_pipeline(Use use) {
    const std::lock_guard lock(mutex_);
    const bool usable = pipeline_ != nullptr && !busy_;
    if (usable) use(*pipeline_);
    return usable;
  }

 private:
  struct Station;
  static std::shared_ptr<Station> station_of(const PipelineOptions &options, bool shared);

  explicit Capture(std::shared_ptr<Station> station) : station_(std::move(station)) {}
  void open(const PipelineOptions &options, std::string settings);
  bool admit(CaptureMember &member);
  void end();
  template <typename Work>
  void alone(Work work);
  template <typename Work>
  void briefly(Work work);
  void look();
  void tell_changed();

  void on_jpeg(Jpeg jpeg) override;
  void on_raw(RawFrame frame) override;
  void on_fault(Fault fault) override;
  void on_encoder(const EncoderReport &now) override;

  const std::shared_ptr<Station> station_;

  /** Held while members are called: who has left is not called any more. */
  mutable std::mutex members_mutex_;
  std::vector<CaptureMember *> members_;
  /** It has failed: nobody may join any more. */
  bool failed_ = false;

  /** What several want to be watched is put together and set in one go. */
  std::mutex watched_mutex_;

  /** Held by what takes a while, one at a time. */
  std::mutex operation_;
  bool started_ = false;
  std::optional<Fault> not_started_;

  mutable std::mutex mutex_;
  bool busy_ = false;
  std::shared_ptr<Pipeline> pipeline_;
  State state_{};
  std::string settings_;
};

}  // namespace mio
