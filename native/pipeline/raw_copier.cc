// SPDX-License-Identifier: MIT
#include "pipeline/raw_copier.h"

#include <pthread.h>

#include <deque>
#include <utility>

#include "core/dma_buf_sync.h"

namespace mio {

RawCopier::RawCopier(const EncoderInput &input, RawFormat format, std::shared_ptr<SlotPool> pool,
                     Done done, Made made)
    : width_(input.width),
      height_(input.height),
      from_(input.format),
      to_(format),
      buffers_(input.buffers),
      pool_(std::move(pool)),
      done_(std::move(done)),
      made_(std::move(made)),
      thread_([this] { work(); }) {
  pthread_setname_np(thread_.native_handle(), "mio-raw");
}

bool RawCopier::submit(const mio_picture &picture) {
  {
    const std::lock_guard lock(mutex_);
    if (busy_ || stopping_) return false;
    Slot slot = pool_->take();
    if (!slot) return false;
    busy_ = true;
    job_ = Job{picture, std::move(slot)};
  }
  wake_.notify_one();
  return true;
}

void RawCopier::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void RawCopier::work() {
  for (;;) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return job_ || stopping_; });
      job = std::exchange(job_, std::nullopt);
      if (!job) return;
    }
    {
      std::deque<DmaBufSync> syncs;
      for (const int fd : buffers_.descriptors(job->picture.buffer))
        syncs.emplace_back(fd, DmaBufSync::Access::kRead);
      pack_raw(buffers_.view(job->picture), from_, width_, height_, to_, job->slot.data());
    }
    done_(job->picture.buffer);
    made_({std::move(job->slot), to_, width_, height_, job->picture.sequence,
           job->picture.timestamp});
    const std::lock_guard lock(mutex_);
    busy_ = false;
  }
}

}  // namespace mio
