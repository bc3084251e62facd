// SPDX-License-Identifier: MIT
#include "pipeline/capture.h"

#include <algorithm>
#include <map>
#include <utility>

namespace mio {

/** The place of a camera in this process. Held while it is opened and closed: who comes next must
 * not open what another one is just closing. */
struct Capture::Station {
  std::mutex mutex;
  std::weak_ptr<Capture> current;
};

std::shared_ptr<Capture::Station> Capture::station_of(const PipelineOptions &options, bool shared) {
  if (!shared) return std::make_shared<Station>();
  // Never destroyed: at exit, threads may still hold a station.
  static auto *const mutex = new std::mutex;
  static auto *const all = new std::map<std::string, std::shared_ptr<Station>>;
  const std::lock_guard lock(*mutex);
  std::shared_ptr<Station> &station = (*all)[options.backend + "/" + options.id];
  if (!station) station = std::make_shared<Station>();
  return station;
}

std::shared_ptr<Capture> Capture::join(const PipelineOptions &options, std::string settings,
                                       bool shared, CaptureMember &member) {
  const auto station = station_of(options, shared);
  const std::lock_guard lock(station->mutex);
  if (const auto running = station->current.lock()) {
    if (running->admit(member)) return running;
    // It has failed, and those who had it have not all left yet.
    running->end();
  }
  const std::shared_ptr<Capture> capture(new Capture(station));
  capture->open(options, std::move(settings));
  capture->admit(member);
  station->current = capture;
  return capture;
}

Capture::~Capture() { end(); }

void Capture::open(const PipelineOptions &options, std::string settings) {
  auto pipeline = std::make_shared<Pipeline>(options, static_cast<PipelineListener &>(*this));
  const std::lock_guard lock(mutex_);
  pipeline_ = std::move(pipeline);
  settings_ = std::move(settings);
  look();
}

bool Capture::admit(CaptureMember &member) {
  const std::lock_guard lock(members_mutex_);
  if (failed_) return false;
  members_.push_back(&member);
  return true;
}

void Capture::leave(CaptureMember &member) {
  const std::lock_guard lock(station_->mutex);
  bool last = false;
  {
    const std::lock_guard members(members_mutex_);
    std::erase(members_, &member);
    last = members_.empty();
    // Nobody joins what is being closed.
    if (last) failed_ = true;
  }
  if (last) {
    end();
  } else {
    update_watched();
  }
}

/** Gives the camera back. */
void Capture::end() {
  std::shared_ptr<Pipeline> last;
  {
    const std::lock_guard lock(mutex_);
    last = std::move(pipeline_);
  }
  if (!last) return;
  last->cancel();
  const std::lock_guard ended(operation_);
  last.reset();
}

/** Runs what takes a while with the pipeline; meanwhile nobody else has it. */
template <typename Work>
void Capture::alone(Work work) {
  const std::lock_guard operation(operation_);
  // Gone before the lock is: `end` must have the last reference.
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
    if (pipeline_) look();
  }
  tell_changed();
  if (why) std::rethrow_exception(why);
}

/** Runs what is quick, but must not be left out because something else is under way. */
template <typename Work>
void Capture::briefly(Work work) {
  {
    const std::lock_guard operation(operation_);
    const std::lock_guard lock(mutex_);
    if (!pipeline_) throw FaultError("ERR_CAMERA_CLOSED", "it is closed");
    work(*pipeline_);
    look();
  }
  tell_changed();
}

/** Under the lock. */
void Capture::look() {
  state_ = {pipeline_->mode(),
            pipeline_->encoder(),
            pipeline_->pool(),
            {pipeline_->raw_pool(RawFormat::kYuv420), pipeline_->raw_pool(RawFormat::kNv12)}};
}

void Capture::tell_changed() {
  const std::lock_guard lock(members_mutex_);
  for (CaptureMember *member : members_) member->on_changed();
}

void Capture::start() {
  {
    const std::lock_guard operation(operation_);
    if (started_) return;
  }
  alone([this](Pipeline &pipeline) {
    if (started_) return;
    if (not_started_) throw FaultError(*not_started_);
    try {
      pipeline.start();
      started_ = true;
    } catch (const std::exception &e) {
      // Whoever has joined meanwhile hears the same, and nobody joins any more.
      const auto *known = dynamic_cast<const FaultError *>(&e);
      not_started_ = known != nullptr ? known->fault() : Fault{"ERR_CAMERA", e.what()};
      const std::lock_guard lock(members_mutex_);
      failed_ = true;
      throw;
    }
  });
}

void Capture::reconfigure(const PipelineOptions &options, std::string settings) {
  alone([&](Pipeline &pipeline) {
    pipeline.reconfigure(options);
    const std::lock_guard lock(mutex_);
    settings_ = std::move(settings);
  });
}

void Capture::adjust(const PipelineOptions &options, std::string settings) {
  briefly([&](Pipeline &pipeline) {
    const mio_wanted &before = pipeline.options().wanted;
    const mio_wanted &wanted = options.wanted;
    if (wanted.fps != before.fps || wanted.min_fps != before.min_fps)
      pipeline.set_frame_rate(wanted.fps, wanted.min_fps);
    pipeline.set_max_bytes_per_second(options.max_bytes_per_second);
    pipeline.set_quality(options.quality);
    pipeline.set_orientation(options.orientation);
    settings_ = std::move(settings);
  });
}

void Capture::set_controls(const mio_control_setting *settings, size_t count) {
  briefly([&](Pipeline &pipeline) { pipeline.camera().set_controls(settings, count); });
}

Still Capture::still(std::chrono::milliseconds timeout) {
  Still still;
  alone([&](Pipeline &pipeline) { still = pipeline.still(timeout); });
  return still;
}

void Capture::settle() { const std::lock_guard operation(operation_); }

void Capture::update_watched() {
  const std::lock_guard one(watched_mutex_);
  bool watched = false;
  std::array<bool, kRawFormats> raw{};
  {
    const std::lock_guard lock(members_mutex_);
    for (const CaptureMember *member : members_) {
      watched = watched || member->watches();
      for (size_t i = 0; i < kRawFormats; ++i)
        raw[i] = raw[i] || member->watches_raw(static_cast<RawFormat>(i));
    }
  }
  // Also while it is being changed.
  const std::lock_guard lock(mutex_);
  if (!pipeline_) return;
  pipeline_->watch(watched);
  for (size_t i = 0; i < kRawFormats; ++i) pipeline_->watch_raw(static_cast<RawFormat>(i), raw[i]);
}

Capture::State Capture::state() {
  const std::lock_guard lock(mutex_);
  if (pipeline_ && !busy_) look();
  return state_;
}

std::string Capture::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void Capture::on_jpeg(Jpeg jpeg) {
  const std::lock_guard lock(members_mutex_);
  for (size_t i = 0; i + 1 < members_.size(); ++i) members_[i]->on_jpeg(jpeg);
  if (!members_.empty()) members_.back()->on_jpeg(std::move(jpeg));
}

void Capture::on_raw(RawFrame frame) {
  const std::lock_guard lock(members_mutex_);
  for (size_t i = 0; i + 1 < members_.size(); ++i) members_[i]->on_raw(frame);
  if (!members_.empty()) members_.back()->on_raw(std::move(frame));
}

void Capture::on_fault(Fault fault) {
  const std::lock_guard lock(members_mutex_);
  failed_ = true;
  for (CaptureMember *member : members_) member->on_fault(fault);
}

void Capture::on_encoder(const EncoderReport &now) {
  const std::lock_guard lock(members_mutex_);
  for (CaptureMember *member : members_) member->on_encoder(now);
}

}  // namespace mio
