// SPDX-License-Identifier: MIT
#include "encoder/direct_encoder.h"

#include <utility>

namespace mio {

DirectEncoder::DirectEncoder(const char *name, const EncoderInput &input, int quality,
                             std::unique_ptr<Coder> coder, EncoderSink &sink, EncoderReport about)
    : name_(name),
      about_(std::move(about)),
      buffers_(input.buffers),
      coder_(std::move(coder)),
      sink_(sink),
      quality_(quality) {
  about_.name = name;
  about_.output = "by the CPU, straight into slots";
}

bool DirectEncoder::submit(const mio_picture &picture, Slot slot) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  Coded coded = encode_with(*coder_, buffers_, picture, quality_, std::move(slot));
  sink_.input_done(picture.buffer);
  std::move(coded).tell(sink_);
  return true;
}

void DirectEncoder::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

}  // namespace mio
