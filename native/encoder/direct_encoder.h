// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "encoder/coded.h"
#include "encoder/coder.h"
#include "encoder/encoder.h"
#include "encoder/mapped_buffers.h"

namespace mio {

/**
 * Encodes on the thread that submits, for coders that take less time than waking another thread
 * would. It is never busy.
 */
class DirectEncoder final : public Encoder {
 public:
  /**
   * @param about what is reported beside the name
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  DirectEncoder(const char *name, const EncoderInput &input, int quality,
                std::unique_ptr<Coder> coder, EncoderSink &sink, EncoderReport about = {});
  ~DirectEncoder() override { stop(); }
  DirectEncoder(const DirectEncoder &) = delete;
  DirectEncoder &operator=(const DirectEncoder &) = delete;

  const char *name() const override { return name_; }
  EncoderReport report() const override { return about_; }
  bool submit(const mio_picture &picture, Slot slot) override;
  void set_quality(int quality) override { quality_ = quality; }
  void stop() override;

 private:
  const char *const name_;
  EncoderReport about_;
  const MappedBuffers buffers_;
  const std::unique_ptr<Coder> coder_;
  EncoderSink &sink_;
  std::atomic<int> quality_;

  /** Held while a picture is encoded and told: `stop` waits for that. */
  std::mutex mutex_;
  bool stopped_ = false;
};

}  // namespace mio
