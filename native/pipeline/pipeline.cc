// SPDX-License-Identifier: MIT
#include "pipeline/pipeline.h"

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "encoder/jpeg_quality.h"
#include "encoder/jpeg_segments.h"
#include "pipeline/negotiation.h"
#include "pipeline/orientation.h"

namespace mio {

namespace {

/** A sensor that wakes up takes longer for its first picture than for all others. */
constexpr std::chrono::milliseconds kFirstFrameTimeout{3000};

}  // namespace

Pipeline::Pipeline(const PipelineOptions &options, PipelineListener &listener)
    : listener_(listener),
      frame_timeout_(options.frame_timeout),
      cap_(options.max_bytes_per_second, options.quality) {
  const mio_observer observer{
      this,
      [](void *self, const mio_picture *picture) {
        static_cast<Pipeline *>(self)->on_completed(*picture);
      },
      [](void *self) {
        static_cast<Pipeline *>(self)->fail({"ERR_CAMERA_UNPLUGGED", "the camera was unplugged"});
      }};
  camera_ = std::make_unique<OpenedCamera>(Backend::acquire(options.backend), options.id, observer);

  const auto [configuration, input, choice] = negotiate(*camera_, options.wanted, options.encoder);
  pool_ = make_slots(choice, options.slots);
  encoder_ = make_encoder(choice, input, options.quality, pool_, *this);
  mode_ = {input.width,
           input.height,
           configuration.fps,
           configuration.format_name,
           input.buffers.empty() ? 0 : input.buffers.front().planes[0].stride,
           configuration.buffer_count,
           configuration.memory,
           1};
  undone_hflip_ = configuration.undone_hflip != 0;
  undone_vflip_ = configuration.undone_vflip != 0;
  set_orientation(options.orientation);
}

Pipeline::~Pipeline() {
  // Stopped, not destroyed: frames feed it until the camera has stopped.
  if (watchdog_) watchdog_->stop();
  camera_->stop();
  encoder_->stop();
}

void Pipeline::start() {
  {
    const std::lock_guard lock(start_mutex_);
    starting_ = true;
  }
  watchdog_ = std::make_unique<Watchdog>(
      frame_timeout_, std::max(frame_timeout_, kFirstFrameTimeout), [this] { on_expired(); });
  camera_->start();
  std::unique_lock lock(start_mutex_);
  start_changed_.wait(lock, [this] { return seen_good_ || start_fault_; });
  starting_ = false;
  if (start_fault_) throw FaultError(*start_fault_);
}

void Pipeline::cancel() { fail({"ERR_CAMERA_CLOSED", "it was closed while it was opened"}); }

// Runs on the backend's one thread for all cameras: hand over and return.
void Pipeline::on_completed(const mio_picture &picture) {
  captured_++;
  if (picture.ok == 0) {
    marked_++;
    bad_marked_++;
    camera_->requeue(picture.buffer);
    return;
  }
  newest_ = picture.timestamp;
  rate_.add(picture.timestamp);

  // Not encoded, and not the camera's fault: good all the same.
  const auto pass_over = [&](std::atomic<uint64_t> &why) {
    why++;
    good();
    camera_->requeue(picture.buffer);
  };
  if (!watched_) return pass_over(unwatched_);
  Slot slot = pool_->take();
  if (!slot) return pass_over(no_slot_);
  if (!encoder_->submit(picture, std::move(slot))) pass_over(encoder_busy_);
}

void Pipeline::good() {
  bad_marked_ = bad_truncated_ = bad_encoder_ = 0;
  watchdog_->feed();
  if (seen_good_) return;
  const std::lock_guard lock(start_mutex_);
  seen_good_ = true;
  start_changed_.notify_all();
}

void Pipeline::input_done(uint32_t buffer) { camera_->requeue(buffer); }

void Pipeline::encoded(Jpeg jpeg) {
  encoded_++;
  good();
  encoder_->set_quality(
      cap_.add(jpeg.length, jpeg_quality(jpeg.data(), jpeg.length), jpeg.timestamp));
  if (const int orientation = orientation_; orientation != 1) {
    insert_segment(jpeg, exif_offset(jpeg.data(), jpeg.length), exif_orientation(orientation));
  }
  listener_.on_jpeg(std::move(jpeg));
}

void Pipeline::set_orientation(int orientation) {
  orientation_ = mirrored_orientation(orientation, undone_hflip_, undone_vflip_);
}

PipelineMode Pipeline::mode() const {
  PipelineMode mode = mode_;
  mode.orientation = orientation_;
  return mode;
}

void Pipeline::failed(EncodeFailure failure, const std::string & /*why*/) {
  const bool truncated = failure == EncodeFailure::kTruncated;
  (truncated ? truncated_ : encoder_failed_)++;
  (truncated ? bad_truncated_ : bad_encoder_)++;
}

void Pipeline::changed(const EncoderReport &now) { listener_.on_encoder(now); }

void Pipeline::on_expired() {
  const std::string since =
      "for " + std::to_string(frame_timeout_.count()) + " ms the camera gave ";
  if (bad_encoder_ > 0) {
    fail({"ERR_ENCODER",
          "the encoder failed for each of the last " + std::to_string(bad_encoder_) + " pictures"});
  } else if (bad_truncated_ > 0) {
    fail({"ERR_CAMERA_STALLED",
          since + "only truncated pictures, " + std::to_string(bad_truncated_) + " of them"});
  } else if (bad_marked_ > 0) {
    fail({"ERR_CAMERA_STALLED",
          since + "only pictures marked as broken, " + std::to_string(bad_marked_) + " of them"});
  } else {
    fail({"ERR_CAMERA_STALLED", since + "no picture at all"});
  }
}

void Pipeline::fail(Fault fault) {
  {
    const std::lock_guard lock(start_mutex_);
    if (std::exchange(has_fault_, true)) return;
    if (starting_) {
      start_fault_ = std::move(fault);
      start_changed_.notify_all();
      return;
    }
  }
  listener_.on_fault(std::move(fault));
}

PipelineStatistics Pipeline::statistics() const {
  const int64_t now = monotonic_ns();
  const int64_t newest = newest_;
  PipelineStatistics s{captured_,      encoded_,        unwatched_,
                       no_slot_,       encoder_busy_,   marked_,
                       truncated_,     encoder_failed_, rate_.per_second(now),
                       cap_.quality(), std::nullopt};
  if (newest != 0) s.last_frame_age = now - newest;
  return s;
}

}  // namespace mio
