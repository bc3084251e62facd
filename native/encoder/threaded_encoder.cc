// SPDX-License-Identifier: MIT
#include "encoder/threaded_encoder.h"

#include <pthread.h>

#include <utility>

#include "core/dma_buf_sync.h"

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
  for (size_t i = 0; i < workers; ++i) coders_.push_back(make_coder());
  for (const auto &coder : coders_) {
    threads_.emplace_back([this, &coder] { work(*coder); });
    pthread_setname_np(threads_.back().native_handle(), "mio-encoder");
  }
}

bool ThreadedEncoder::submit(const mio_picture &picture, Slot slot) {
  {
    const std::lock_guard lock(queue_mutex_);
    // One picture for each worker and one waiting: more would only add delay.
    if (stopping_ || in_flight_ > threads_.size()) return false;
    ++in_flight_;
    queue_.push_back({next_ticket_++, picture, std::move(slot)});
  }
  queue_filled_.notify_one();
  return true;
}

void ThreadedEncoder::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_filled_.notify_all();
  for (std::thread &thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void ThreadedEncoder::work(Coder &coder) {
  for (;;) {
    std::unique_lock lock(queue_mutex_);
    queue_filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();

    Result result = encode(coder, job);
    sink_.input_done(job.picture.buffer);
    finish(job.ticket, std::move(result));

    lock.lock();
    --in_flight_;
  }
}

// The thread's top as far as a picture goes: nothing thrown here may end the process.
ThreadedEncoder::Result ThreadedEncoder::encode(Coder &coder, Job &job) {
  try {
    std::deque<DmaBufSync> syncs;
    for (const int fd : buffers_.descriptors(job.picture.buffer)) {
      syncs.emplace_back(fd, DmaBufSync::Access::kRead);
    }
    const size_t length =
        coder.encode(buffers_.view(job.picture), quality_, job.slot.data(), job.slot.bytes());
    return {Jpeg{std::move(job.slot), length, job.picture.sequence, job.picture.timestamp}, {}, {}};
  } catch (const CodingError &e) {
    return {std::nullopt, e.failure(), e.what()};
  } catch (const std::exception &e) {
    return {std::nullopt, EncodeFailure::kEncoder, e.what()};
  }
}

void ThreadedEncoder::finish(uint64_t ticket, Result result) {
  const std::lock_guard lock(order_mutex_);
  early_.emplace(ticket, std::move(result));
  for (auto next = early_.find(next_out_); next != early_.end(); next = early_.find(++next_out_)) {
    Result out = std::move(next->second);
    early_.erase(next);
    if (out.jpeg) {
      sink_.encoded(std::move(*out.jpeg));
    } else {
      sink_.failed(out.failure, out.why);
    }
  }
}

}  // namespace mio
