// SPDX-License-Identifier: MIT
#include "pipeline/pipeline.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/clock.h"
#include "encoder/jpeg_quality.h"
#include "encoder/jpeg_segments.h"
#include "pipeline/longest_frame.h"
#include "pipeline/negotiation.h"
#include "pipeline/orientation.h"

namespace mio {

namespace {

/** A sensor that wakes up takes longer for its first picture than for all others, */
constexpr std::chrono::milliseconds kFirstFrameTimeout{3000};
/** and libcamera keeps some of them to itself. */
constexpr int kFirstFrames = 12;
/** None for so many frame durations is no jitter any more. */
constexpr int kFrames = 4;
/** A camera with fewer needs all of them. */
constexpr uint32_t kBuffersToKeepOne = 3;
/** Nanoseconds for which a picture that was kept is news, at any frame rate. */
constexpr int64_t kNews = 500'000'000;

}  // namespace

Pipeline::Pipeline(const PipelineOptions &options, PipelineListener &listener)
    : listener_(listener) {
  const mio_observer observer{this,
                              [](void *self, const mio_picture *picture) {
                                static_cast<Pipeline *>(self)->on_completed(*picture);
                              },
                              [](void *self) {
                                static_cast<Pipeline *>(self)->fail(
                                    {"ERR_CAMERA_UNPLUGGED", "the camera was unplugged"}, true);
                              },
                              [](void *self, const mio_picture *picture) {
                                static_cast<Pipeline *>(self)->offer_still(*picture);
                              },
                              [](void *self, const mio_picture *picture) {
                                static_cast<Pipeline *>(self)->on_second(*picture);
                              }};
  camera_ = std::make_unique<OpenedCamera>(Backend::acquire(options.backend), options.id, observer);
  set_up(options);
}

Pipeline::~Pipeline() {
  halt();
  if (pool_) pool_->retire();
}

/** Camera, pool and encoder as the options say. Everything stands still. */
void Pipeline::set_up(const PipelineOptions &options) {
  const auto [configuration, input, choice] = negotiate(*camera_, options.wanted, options.encoder);
  // With all slots on loan a device could not even be tried, and the CPU would encode from then on.
  const bool fits = pool_ && pool_->count() == options.slots && pool_->lent() < options.slots &&
                    pool_->bytes() == choice.max_jpeg_bytes && pool_encoder_ == choice.name;
  if (!fits) {
    // First what there was: contiguous memory may not be enough for both.
    if (pool_) pool_->retire();
    pool_.reset();
    pool_ = make_slots(choice, options.slots);
  }
  pool_encoder_ = choice.name;
  cap_ = std::make_unique<BitrateCap>(options.max_bytes_per_second, options.quality);
  encoder_ = make_encoder(choice, input, options.quality, pool_, *this);
  still_coder_ =
      configuration.still != nullptr ? std::make_unique<StillCoder>(*configuration.still) : nullptr;
  buffers_.reset(configuration.buffer_count);
  mode_ = {input.width,
           input.height,
           configuration.fps,
           configuration.format_name,
           input.buffers.empty() ? 0 : input.buffers.front().planes[0].stride,
           configuration.buffer_count,
           configuration.memory,
           1,
           configuration.sensor,
           still_coder_ != nullptr,
           std::nullopt};
  connect_raw(input, configuration);
  undone_hflip_ = configuration.undone_hflip != 0;
  undone_vflip_ = configuration.undone_vflip != 0;
  options_ = options;
  set_orientation(options.orientation);
}

/** Raw frames come of the second stream, if it is there for that, else of what is also encoded. */
void Pipeline::connect_raw(const EncoderInput &input, const mio_configuration &configuration) {
  const bool second = configuration.raw != nullptr;
  const EncoderInput from = second ? EncoderInput(*configuration.raw) : input;
  if (mio_is_yuv(from.format) == 0) return;
  if (second) raw_buffers_.reset(configuration.raw->buffer_count);
  mode_.raw = {from.width, from.height, from.full_range, second};
  raw_.connect(from, second ? raw_buffers_ : buffers_);
}

/** Nothing runs afterwards. What was set up is of no use any more. */
void Pipeline::halt() {
  // Stopped, not destroyed: frames feed it until the camera has stopped.
  if (watchdog_) watchdog_->stop();
  camera_->stop();
  {
    const std::lock_guard lock(watch_mutex_);
    if (const auto kept = std::exchange(kept_, std::nullopt)) buffers_.drop(kept->buffer);
  }
  if (encoder_) {
    encoder_->stop();
    last_encoder_ = encoder();
  }
  raw_.disconnect();
  watchdog_.reset();
  encoder_.reset();
  still_coder_.reset();
  // Not earlier: without a stream there is no watchdog that a picture could feed.
  instead_of_stream_ = false;
  settled_ = false;
  settling_.begin();
  const std::lock_guard lock(mutex_);
  seen_good_ = false;
  still_picture_.reset();
}

/** Lets frames come and returns after the first good one. */
void Pipeline::run() {
  bad_marked_ = bad_truncated_ = bad_encoder_ = 0;
  watchdog_ = std::make_unique<Watchdog>([this](bool first) { return patience(first); },
                                         [this] { on_expired(); });
  camera_->start();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return seen_good_ || fault_; });
  if (fault_) throw FaultError(*fault_);
}

void Pipeline::start() {
  run();
  finish();
}

void Pipeline::reconfigure(const PipelineOptions &options) {
  begin();
  const PipelineOptions before = options_;
  std::exception_ptr why;
  try {
    halt();
    set_up(options);
    run();
  } catch (...) {
    why = std::current_exception();
    go_on_as(before);
  }
  finish();
  if (why) std::rethrow_exception(why);
}

double Pipeline::set_frame_rate(double fps, double min_fps) {
  options_.wanted.fps = fps;
  options_.wanted.min_fps = min_fps;
  return mode_.fps = camera_->set_frame_rate(fps, min_fps);
}

/** Somebody waits and will throw what goes wrong meanwhile. */
void Pipeline::begin() {
  const std::lock_guard lock(mutex_);
  if (fault_) throw FaultError(*fault_);
  waited_for_ = true;
}

/** What went wrong and nobody has thrown is told. */
void Pipeline::finish() {
  std::optional<Fault> fault;
  {
    const std::lock_guard lock(mutex_);
    waited_for_ = false;
    fault = fault_;
  }
  if (fault) listener_.on_fault(std::move(*fault));
}

/** Back to what worked before. If it does not any more, that is the camera's end. */
void Pipeline::go_on_as(const PipelineOptions &options) {
  try {
    halt();
    {
      const std::lock_guard lock(mutex_);
      if (for_good_) return;
      fault_.reset();
    }
    set_up(options);
    run();
  } catch (const FaultError &e) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = e.fault();
  } catch (const std::exception &e) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = Fault{"ERR_CAMERA", e.what()};
  }
}

void Pipeline::cancel() { fail({"ERR_CAMERA_CLOSED", "it was closed meanwhile"}, true); }

// Runs on the backend's one thread for all cameras: hand over and return.
void Pipeline::on_completed(const mio_picture &picture) {
  captured_++;
  buffers_.hold(picture.buffer);
  if (picture.ok == 0) {
    marked_++;
    bad_marked_++;
    buffers_.drop(picture.buffer);
    return;
  }
  const bool settled = settling_.add(picture.exposure, picture.timestamp);
  if (settled && !settled_.exchange(true)) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  if (instead_of_stream_) {
    if (!settled || !offer_still(picture)) buffers_.drop(picture.buffer);
    return;
  }
  newest_ = picture.timestamp;
  rate_.add(picture.timestamp);

  // Not encoded, and not the camera's fault: good all the same.
  const auto pass_over = [&](std::atomic<uint64_t> &why) {
    why++;
    good();
    buffers_.drop(picture.buffer);
  };
  if (raw_.watched() && settled && mode_.raw && !mode_.raw->second_stream) raw_.offer(picture);
  if (!watched_ && settled && keep(picture)) return good();
  if (!watched_) return pass_over(unwatched_);
  if (!settled) return pass_over(unsettled_);
  Slot slot = pool_->take();
  if (!slot) return pass_over(no_slot_);
  if (!encoder_->submit(picture, std::move(slot))) pass_over(encoder_busy_);
}

/** Instead of the one before. False: not now. */
bool Pipeline::keep(const mio_picture &picture) {
  const std::unique_lock lock(watch_mutex_, std::try_to_lock);
  // Whoever has come meanwhile was given the one before: this one must not be kept from the camera.
  if (!lock || watched_ || mode_.buffer_count < kBuffersToKeepOne) return false;
  if (const auto before = std::exchange(kept_, picture)) {
    unwatched_++;
    buffers_.drop(before->buffer);
  }
  return true;
}

/** Whether the camera will hardly have a newer one. */
bool Pipeline::is_fresh(const mio_picture &picture) const {
  const double interval = mode_.fps > 0 ? 1e9 / mode_.fps : 0;
  return monotonic_ns() - picture.timestamp <=
         std::max(kNews, static_cast<int64_t>(interval * 1.5));
}

void Pipeline::watch(bool watched) {
  const std::lock_guard lock(watch_mutex_);
  // Before the camera's thread hears of it, so that no newer one is encoded earlier. Nothing is
  // kept while there is no encoder.
  if (watched && kept_) {
    const mio_picture kept = *std::exchange(kept_, std::nullopt);
    Slot slot = is_fresh(kept) ? pool_->take() : Slot{};
    if (!slot || !encoder_->submit(kept, std::move(slot))) {
      unwatched_++;
      buffers_.drop(kept.buffer);
    }
  }
  watched_ = watched;
}

void Pipeline::on_second(const mio_picture &picture) {
  raw_buffers_.hold(picture.buffer);
  if (picture.ok != 0 && settled_) raw_.offer(picture);
  raw_buffers_.drop(picture.buffer);
}

void Pipeline::watch_raw(RawFormat format, bool watched) {
  raw_.watch(format, watched);
  camera_->capture_raw(raw_.watched());
}

/** Whether somebody waits for it; then its buffer is his. */
bool Pipeline::offer_still(const mio_picture &picture) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(still_wanted_, false)) return false;
  still_picture_ = picture;
  changed_.notify_all();
  return true;
}

void Pipeline::good() {
  bad_marked_ = bad_truncated_ = bad_encoder_ = 0;
  watchdog_->feed();
  if (seen_good_) return;
  const std::lock_guard lock(mutex_);
  seen_good_ = true;
  changed_.notify_all();
}

void Pipeline::input_done(uint32_t buffer) { buffers_.drop(buffer); }

void Pipeline::encoded(Jpeg jpeg) {
  encoded_++;
  good();
  if (cap_->is_steering()) {
    encoder_->set_quality(
        cap_->add(jpeg.length, jpeg_quality(jpeg.data(), jpeg.length), jpeg.timestamp));
  }
  if (const int orientation = orientation_; orientation != 1) {
    insert_segment(jpeg, exif_offset(jpeg.data(), jpeg.length), exif_orientation(orientation));
  }
  jpeg.wall = wall_ns(jpeg.timestamp);
  listener_.on_jpeg(std::move(jpeg));
}

void Pipeline::set_orientation(int orientation) {
  options_.orientation = orientation;
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

void Pipeline::changed(const EncoderReport &now) { listener_.on_encoder(counted(now)); }

EncoderReport Pipeline::counted(EncoderReport now) const {
  now.fallbacks += last_encoder_.fallbacks;
  now.bytes_copied += last_encoder_.bytes_copied;
  return now;
}

/** As long as the camera may give nothing. A long exposure takes the time that it takes. */
std::chrono::nanoseconds Pipeline::patience(bool first) const {
  const std::chrono::milliseconds least =
      first ? std::max(options_.frame_timeout, kFirstFrameTimeout) : options_.frame_timeout;
  const std::chrono::microseconds frames =
      longest_frame(*camera_) * (first ? kFirstFrames : kFrames);
  return std::max<std::chrono::nanoseconds>(least, frames);
}

void Pipeline::on_expired() {
  const auto waited = std::chrono::ceil<std::chrono::milliseconds>(patience(!seen_good_));
  const std::string since = "for " + std::to_string(waited.count()) + " ms the camera gave ";
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

void Pipeline::fail(Fault fault, bool for_good) {
  {
    const std::lock_guard lock(mutex_);
    // One is enough, but no configuration that worked before may hide that the camera is gone.
    const bool known = fault_.has_value();
    if (known && (for_good_ || !for_good)) return;
    fault_ = fault;
    for_good_ = for_good;
    changed_.notify_all();
    if (known || waited_for_) return;
  }
  listener_.on_fault(std::move(fault));
}

PipelineStatistics Pipeline::statistics() const {
  const int64_t now = monotonic_ns();
  const int64_t newest = newest_;
  PipelineStatistics s{captured_,
                       encoded_,
                       unwatched_,
                       unsettled_,
                       no_slot_,
                       encoder_busy_,
                       marked_,
                       truncated_,
                       encoder_failed_,
                       raw_.missed(),
                       rate_.per_second(now),
                       cap_->quality(),
                       std::nullopt};
  if (newest != 0) s.last_frame_age = now - newest;
  return s;
}

}  // namespace mio
