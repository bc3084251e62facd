// SPDX-License-Identifier: MIT
#include "encoder/v4l2/m2m_encoder.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "encoder/jpeg_quality.h"
#include "encoder/jpeg_segments.h"
#include "encoder/v4l2/m2m_trial.h"

namespace mio {

namespace {

using std::chrono::milliseconds;

/** One picture that the device works at and one that waits: more would only add delay. */
constexpr size_t kInFlight = 2;
/** A second bad picture in a row is no accident. */
constexpr int kBadInARow = 2;

/**
 * Four frame intervals: time for a device that is behind, and short for those who watch. Never so
 * short that a busy CPU, which lets our own thread wait, looks like a device that hangs.
 */
milliseconds deadline_at(double fps) {
  const milliseconds four(static_cast<int64_t>(4000.0 / (fps > 0 ? fps : 30)));
  return std::clamp(four, milliseconds(500), milliseconds(1000));
}

}  // namespace

M2mEncoder::M2mEncoder(const std::string &path, const EncoderInput &input, int quality,
                       std::shared_ptr<SlotPool> slots, EncoderSink &sink, EncoderReport about,
                       milliseconds deadline)
    : slots_(std::move(slots)),
      sink_(sink),
      about_(std::move(about)),
      quality_(quality),
      deadline_(deadline.count() > 0 ? deadline : deadline_at(input.fps)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!wake_.valid()) throw V4l2Error("eventfd", errno);
  if (!epoll_.valid()) throw V4l2Error("epoll_create1", errno);
  open(path, input);
  watch(wake_.get(), EPOLLIN);
  watch(codec_->fd(), EPOLLIN | EPOLLOUT);
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "mio-m2m");
}

void M2mEncoder::open(const std::string &path, const EncoderInput &input) {
  const auto start = [&](OutputMode mode) {
    // Opened anew for each way: nothing of a failed one is left.
    codec_.reset();
    codec_ = std::make_unique<M2mCodec>(path, input);
    codec_->quality().set(quality_);
    codec_->start(slots_, mode);
    const auto slot = [&] {
      Slot free = slots_->take();
      if (!free) throw Refused("no slot is free for its first picture");
      return free;
    };
    try_out(*codec_, slot());
    if (!input.full_range) try_range(*codec_, slot());
  };
  if (slots_->shared()) {
    try {
      start(OutputMode::kSlots);
      return;
    } catch (const std::runtime_error &e) {
      why_copied_ = e.what();
    }
  } else {
    why_copied_ = "the slots are no dma-bufs";
  }
  start(OutputMode::kCopy);
}

EncoderReport M2mEncoder::report() const {
  EncoderReport report = about_;
  report.name = name();
  report.device = codec_->name();
  report.output = codec_->output().describe();
  if (!why_copied_.empty()) report.output += " (" + why_copied_ + ")";
  report.bytes_copied = codec_->output().bytes_copied();
  return report;
}

bool M2mEncoder::submit(const mio_picture &picture, Slot slot) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || in_flight_ >= kInFlight) return false;
    ++in_flight_;
    Job &job = submitted_.emplace_back();
    job.picture = picture;
    job.slot = std::move(slot);
  }
  wake();
  return true;
}

void M2mEncoder::stop() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake();
  if (thread_.joinable()) thread_.join();
}

/**
 * Edge-triggered, so that it is one system call for each wake-up: nothing is added or taken away
 * when pictures come and go, and the eventfd is never read. A mem2mem device with nothing queued
 * would else answer EPOLLERR at once, again and again. An edge is each time that the driver wakes
 * up those who wait for one of its queues: v4l2_m2m_poll(), vb2_buffer_done().
 */
void M2mEncoder::watch(int fd, uint32_t events) const {
  epoll_event event{};
  event.events = events | EPOLLET;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw V4l2Error("epoll_ctl", errno);
}

void M2mEncoder::wake() const { eventfd_write(wake_.get(), 1); }

// The thread's top: whatever goes wrong ends the encoder, not the process.
void M2mEncoder::work() {
  try {
    while (!finished()) {
      wait();
      hand_over();
      collect();
    }
    codec_->stop();
  } catch (const std::exception &e) {
    give_up(e.what());
  }
}

/** Each picture that was taken comes to its end before the thread does: that is all the draining
 * there is. */
bool M2mEncoder::finished() {
  const std::lock_guard lock(mutex_);
  return closed_ && in_flight_ == 0;
}

/** Until there may be something to do. Without a limit while the device has nothing. */
void M2mEncoder::wait() const {
  int timeout = -1;
  if (!at_device_.empty()) {
    const auto left =
        std::chrono::ceil<milliseconds>(at_device_.front().due - Clock::now()).count();
    timeout = static_cast<int>(std::max<int64_t>(left, 0));
  }
  // Which of the two it was does not matter: both are looked after.
  std::array<epoll_event, 2> events{};
  if (epoll_wait(epoll_.get(), events.data(), events.size(), timeout) < 0 && errno != EINTR)
    throw V4l2Error("epoll_wait", errno);
}

void M2mEncoder::hand_over() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (submitted_.empty()) return;
      at_device_.push_back(std::move(submitted_.front()));
      submitted_.pop_front();
    }
    Job &job = at_device_.back();
    // The driver hands the timestamp through in microseconds: it tells which picture a JPEG is of.
    last_key_ = job.key = std::max(job.picture.timestamp / 1000, last_key_ + 1);
    job.due = Clock::now() + deadline_;
    codec_->quality().set(quality_);
    codec_->encode(job.picture.buffer, std::move(job.slot), job.key);
  }
}

// As far as there is something to come: each look is a system call.
void M2mEncoder::collect() {
  const auto unread = [](const Job &one) { return !one.read; };
  const auto not_out = [](const Job &one) { return !one.out; };
  // Read pictures first: the camera needs its buffers more urgently than anybody the JPEG.
  while (std::any_of(at_device_.begin(), at_device_.end(), unread)) {
    const auto buffer = codec_->next_read();
    if (!buffer) break;
    const auto job = std::find_if(at_device_.begin(), at_device_.end(), [&](const Job &one) {
      return !one.read && one.picture.buffer == *buffer;
    });
    if (job == at_device_.end()) continue;
    job->read = true;
    sink_.input_done(*buffer);
  }
  while (std::any_of(at_device_.begin(), at_device_.end(), not_out)) {
    auto coded = codec_->output().take();
    if (!coded) break;
    conclude(std::move(*coded));
  }
  // Before there is room for more pictures, which would be lost too.
  if (bad_in_a_row_ >= kBadInARow) throw std::runtime_error(last_failure_);

  while (!at_device_.empty() && at_device_.front().read && at_device_.front().out) {
    at_device_.pop_front();
    const std::lock_guard lock(mutex_);
    --in_flight_;
  }
  if (!at_device_.empty() && Clock::now() >= at_device_.front().due) {
    throw V4l2Error("no picture came out of it", ETIMEDOUT);
  }
}

void M2mEncoder::conclude(CodedPicture coded) {
  const auto job = std::find_if(at_device_.begin(), at_device_.end(), [&](const Job &one) {
    return !one.out && one.key == coded.timestamp;
  });
  if (job == at_device_.end()) {
    // No picture of ours: some firmware puts out a buffer of headers first.
    if (coded.slot) codec_->output().put_back(std::move(coded));
    return;
  }
  for (auto before = at_device_.begin(); before != job; ++before) {
    if (!std::exchange(before->out, true)) failed("it left a picture out");
  }
  job->out = true;
  if (coded.error) return failed("it marked a picture as broken");
  succeeded(*job, std::move(coded));
}

void M2mEncoder::succeeded(const Job &job, CodedPicture coded) {
  const auto layout = coded.slot ? read_jpeg_layout(coded.slot.data(), coded.length) : std::nullopt;
  if (!layout)
    return failed("it gave " + std::to_string(coded.length) + " bytes that are no whole JPEG");
  bad_in_a_row_ = 0;
  // Only a device that is steered by its results needs to know.
  const int quality =
      codec_->quality().is_steered() ? jpeg_quality(coded.slot.data(), layout->length) : 0;
  Jpeg jpeg{std::move(coded.slot), layout->length, job.picture.sequence, job.picture.timestamp};
  if (!layout->has_huffman_tables) insert_segment(jpeg, layout->scan, standard_huffman_tables());
  sink_.encoded(std::move(jpeg));
  codec_->quality().measured(layout->length, quality);
}

void M2mEncoder::failed(const std::string &why) {
  ++bad_in_a_row_;
  last_failure_ = why;
  sink_.failed(EncodeFailure::kEncoder, why);
}

void M2mEncoder::give_up(const std::string &why) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  // Nobody adds to them: it is closed.
  std::move(submitted_.begin(), submitted_.end(), std::back_inserter(at_device_));
  submitted_.clear();
  for (const Job &job : at_device_) {
    if (!job.out) sink_.failed(EncodeFailure::kEncoder, why);
  }
  // The next picture goes to another encoder, whatever time the driver takes over its end.
  sink_.broken(codec_->name() + ": " + why);
  // Only now the camera gets its buffers back: nothing reads them any more.
  codec_->stop();
  for (const Job &job : at_device_) {
    if (!job.read) sink_.input_done(job.picture.buffer);
  }
  at_device_.clear();
}

}  // namespace mio
