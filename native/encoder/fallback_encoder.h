// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "encoder/encoder.h"

namespace mio {

/**
 * A hardware encoder with the CPU as its understudy. When the hardware breaks, the next picture
 * goes to the CPU; from time to time, less and less often, the hardware is tried again.
 *
 * Order holds over each change: the one that leaves has told the end of all its pictures before the
 * other is given one.
 */
class FallbackEncoder final : public Encoder, private EncoderSink {
 public:
  using Hardware = std::function<std::unique_ptr<Encoder>(int quality, EncoderSink &sink)>;
  /** `about` has the reason why the CPU encodes now, and the refusals that the hardware had. */
  using Software = std::function<std::unique_ptr<Encoder>(const EncoderReport &about, int quality,
                                                          EncoderSink &sink)>;

  /**
   * @param patience until the hardware is tried again; doubled each time up to a minute
   * @throws what `hardware` throws
   */
  FallbackEncoder(Hardware hardware, Software software, int quality, EncoderSink &sink,
                  std::chrono::milliseconds patience = std::chrono::seconds(1));
  ~FallbackEncoder() override { stop(); }
  FallbackEncoder(const FallbackEncoder &) = delete;
  FallbackEncoder &operator=(const FallbackEncoder &) = delete;

  /** Of the one that works now. */
  const char *name() const override;
  EncoderReport report() const override;
  bool submit(const mio_picture &picture, Slot slot) override;
  void set_quality(int quality) override;
  void stop() override;

 private:
  using Clock = std::chrono::steady_clock;

  // What the hardware tells.
  void input_done(uint32_t buffer) override { sink_.input_done(buffer); }
  void encoded(Jpeg jpeg) override { sink_.encoded(std::move(jpeg)); }
  void failed(EncodeFailure failure, const std::string &why) override {
    sink_.failed(failure, why);
  }
  void broken(const std::string &why) override;

  void keep();
  void back_to(std::unique_ptr<Encoder> hardware);

  const Hardware make_hardware_;
  const Software make_software_;
  EncoderSink &sink_;
  const std::chrono::milliseconds first_patience_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int quality_;
  bool stopping_ = false;
  bool on_hardware_ = true;
  uint64_t fallbacks_ = 0;
  /** Of the hardware that has broken: counters never fall. */
  uint64_t bytes_copied_ = 0;
  std::chrono::milliseconds patience_;
  Clock::time_point since_ = Clock::now();
  /** Null only while one hands over to the other. */
  std::unique_ptr<Encoder> active_;
  /** Of the one that was active last. */
  EncoderReport last_;
  /** Broken hardware, until its thread has ended. */
  std::unique_ptr<Encoder> retired_;
  std::thread keeper_;
};

}  // namespace mio
