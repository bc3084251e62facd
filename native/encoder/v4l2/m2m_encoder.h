// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/slot_pool.h"
#include "core/unique_fd.h"
#include "encoder/encoder.h"
#include "encoder/v4l2/m2m_codec.h"

namespace mio {

/**
 * Encodes with a V4L2 mem2mem device. One thread talks to it; `submit` only hands over, so that a
 * driver that blocks never blocks the camera: VIDIOC_QBUF takes a lock that bcm2835-codec has once
 * for each device, and holds for seconds while it stops another file of it that hangs.
 *
 * A picture that fails is told and left out; two in a row, a device error, or a picture that does
 * not come out in time end the encoder (`EncoderSink::broken`).
 */
class M2mEncoder final : public Encoder {
 public:
  /**
   * Opens the device and encodes one picture to see that it works: with the JPEG written into the
   * slots if they are dma-bufs, else by a copy.
   * @param about what is reported beside device and output
   * @param deadline in which a picture must come out; 0: as fits the frame rate
   * @throws Refused, V4l2Error, FaultError
   */
  M2mEncoder(const std::string &path, const EncoderInput &input, int quality,
             std::shared_ptr<SlotPool> slots, EncoderSink &sink, EncoderReport about = {},
             std::chrono::milliseconds deadline = std::chrono::milliseconds(0));
  ~M2mEncoder() override { stop(); }
  M2mEncoder(const M2mEncoder &) = delete;
  M2mEncoder &operator=(const M2mEncoder &) = delete;

  const char *name() const override { return "v4l2-m2m"; }
  EncoderReport report() const override;
  bool submit(const mio_picture &picture, Slot slot) override;
  void set_quality(int quality) override { quality_ = quality; }
  void stop() override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    mio_picture picture{};
    Slot slot;             /**< until the device has it */
    int64_t key = 0;       /**< the device's timestamp for it, microseconds: unique */
    Clock::time_point due; /**< when it must have come out */
    bool read = false;     /**< the camera has its buffer back */
    bool out = false;      /**< a JPEG or a failure was told */
  };

  void open(const std::string &path, const EncoderInput &input);
  void work();
  bool finished();
  void watch(int fd, uint32_t events) const;
  void wait() const;
  void wake() const;
  void hand_over();
  void collect();
  void conclude(CodedPicture coded);
  void succeeded(const Job &job, CodedPicture coded);
  void failed(const std::string &why);
  void give_up(const std::string &why);

  const std::shared_ptr<SlotPool> slots_;
  EncoderSink &sink_;
  const EncoderReport about_;
  std::atomic<int> quality_;
  const std::chrono::milliseconds deadline_;
  const UniqueFd wake_;
  /** Where the thread waits for `wake_` and for the device. */
  const UniqueFd epoll_;
  std::unique_ptr<M2mCodec> codec_;
  /** Why the device does not write into the slots, if it does not. */
  std::string why_copied_;

  std::mutex mutex_;
  std::deque<Job> submitted_;
  size_t in_flight_ = 0;
  bool closed_ = false;

  // The thread's own: what the device has, in order.
  std::deque<Job> at_device_;
  int64_t last_key_ = 0;
  int bad_in_a_row_ = 0;
  std::string last_failure_;

  std::thread thread_;
};

}  // namespace mio
