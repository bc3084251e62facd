// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "encoder/coded.h"
#include "encoder/coder.h"
#include "encoder/encoder.h"
#include "encoder/mapped_buffers.h"

namespace mio {

/** Encodes with the CPU on worker threads, a picture each, and hands the results on in order. */
class ThreadedEncoder final : public Encoder {
 public:
  using CoderFactory = std::function<std::unique_ptr<Coder>()>;

  /**
   * @param about what is reported beside the name
   * @throws FaultError `ERR_NO_BUFFERS`, `ERR_ENCODER`
   */
  ThreadedEncoder(const char *name, const EncoderInput &input, int quality, size_t workers,
                  const CoderFactory &make_coder, EncoderSink &sink, EncoderReport about = {});
  ~ThreadedEncoder() override { stop(); }
  ThreadedEncoder(const ThreadedEncoder &) = delete;
  ThreadedEncoder &operator=(const ThreadedEncoder &) = delete;

  const char *name() const override { return name_; }
  EncoderReport report() const override { return about_; }
  bool submit(const mio_picture &picture, Slot slot) override;
  void set_quality(int quality) override { quality_ = quality; }
  void stop() override;

 private:
  struct Job {
    uint64_t ticket;
    mio_picture picture;
    Slot slot;
  };
  /** A thread with the coder that is its own. */
  struct Worker {
    std::unique_ptr<Coder> coder;
    std::condition_variable wake;
    bool called = false;
    std::thread thread;
  };

  void work(Worker &worker);
  std::optional<Job> next_job(Worker &worker);
  void finish(uint64_t ticket, Coded coded);

  const char *const name_;
  EncoderReport about_;
  const MappedBuffers buffers_;
  EncoderSink &sink_;
  std::atomic<int> quality_;
  std::vector<std::unique_ptr<Worker>> workers_;

  std::mutex queue_mutex_;
  std::deque<Job> queue_;
  size_t in_flight_ = 0;
  uint64_t next_ticket_ = 0;
  bool stopping_ = false;
  /** Those who wait. The last one is called first: its caches are warm, and the others' threads
   * sleep on. */
  std::vector<Worker *> idle_;

  /** Held while the sink is called: one call at a time, in order. */
  std::mutex order_mutex_;
  std::map<uint64_t, Coded> early_;
  uint64_t next_out_ = 0;
};

}  // namespace mio
