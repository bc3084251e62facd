// SPDX-License-Identifier: MIT
#include "encoder/threaded_encoder.h"

#include <pthread.h>

#include <utility>

namespace mio {

ThreadedEncoder::ThreadedEncoder(const char *name, const EncoderInput &input, int quality,
                                 size_t workers, const CoderFactory &make_coder, EncoderSink &sink,
                                 EncoderReport about)
    : name_(name),
      about_(std::move(about)),
      buffers_(input.buffers),
      sink_(sink),
      quality_(quality) {
  about_.name = name;
  about_.output = "by the CPU, straight into slots";
  for (size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->coder = make_coder();
  }
  for (const auto &worker : workers_) {
    worker->thread = std::thread([this, &worker = *worker] { work(worker); });
    pthread_setname_np(worker->thread.native_handle(), "mio-encoder");
  }
}

bool ThreadedEncoder::submit(const mio_picture &picture, Slot slot) {
  const std::lock_guard lock(queue_mutex_);
  // One picture for each worker and one waiting: more would only add delay.
  if (stopping_ || in_flight_ > workers_.size()) return false;
  ++in_flight_;
  queue_.push_back({next_ticket_++, picture, std::move(slot)});
  if (!idle_.empty()) {
    Worker *worker = idle_.back();
    idle_.pop_back();
    worker->called = true;
    worker->wake.notify_one();
  }
  return true;
}

void ThreadedEncoder::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
    for (const auto &worker : workers_) worker->wake.notify_one();
  }
  for (const auto &worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

void ThreadedEncoder::work(Worker &worker) {
  while (auto job = next_job(worker)) {
    Coded coded =
        encode_with(*worker.coder, buffers_, job->picture, quality_, std::move(job->slot));
    sink_.input_done(job->picture.buffer);
    finish(job->ticket, std::move(coded));
    const std::lock_guard lock(queue_mutex_);
    --in_flight_;
  }
}

/** Waits for a job. Empty: it is time to stop, and nothing is left to do. */
std::optional<ThreadedEncoder::Job> ThreadedEncoder::next_job(Worker &worker) {
  std::unique_lock lock(queue_mutex_);
  while (queue_.empty()) {
    if (stopping_) return std::nullopt;
    worker.called = false;
    idle_.push_back(&worker);
    worker.wake.wait(lock, [&] { return worker.called || stopping_; });
  }
  Job job = std::move(queue_.front());
  queue_.pop_front();
  return job;
}

void ThreadedEncoder::finish(uint64_t ticket, Coded coded) {
  const std::lock_guard lock(order_mutex_);
  early_.emplace(ticket, std::move(coded));
  for (auto next = early_.find(next_out_); next != early_.end(); next = early_.find(++next_out_)) {
    Coded out = std::move(next->second);
    early_.erase(next);
    std::move(out).tell(sink_);
  }
}

}  // namespace mio
