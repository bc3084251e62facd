// SPDX-License-Identifier: MIT
// Stills are taken of a pipeline's camera: beside the stream, or in its place.
#include <utility>

#include "encoder/coder.h"
#include "pipeline/pipeline.h"

namespace mio {

Still Pipeline::still(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  begin();
  std::optional<Still> still;
  std::exception_ptr why;
  const bool beside = still_coder_ != nullptr;
  try {
    if (!beside) prepare_still();
    still = take_still(deadline, beside);
  } catch (...) {
    why = std::current_exception();
  }
  if (!beside) go_on_as(options_);
  finish();
  if (why) std::rethrow_exception(why);
  return std::move(*still);
}

/** The camera gives full-size pictures instead of the stream. */
void Pipeline::prepare_still() {
  halt();
  instead_of_stream_ = true;
  mio_wanted wanted = options_.wanted;
  wanted.full_size = 1;
  wanted.fps = wanted.min_fps = 0;
  wanted.buffer_count = 0;
  wanted.raw_width = wanted.raw_height = 0;
  const mio_configuration configuration = camera_->configure(wanted);
  buffers_.reset(configuration.buffer_count);
  still_coder_ = std::make_unique<StillCoder>(configuration);
  camera_->start();
}

/** Waits for a settled, whole picture, and makes a JPEG of it. */
Still Pipeline::take_still(std::chrono::steady_clock::time_point deadline, bool beside) {
  for (;;) {
    mio_picture picture{};
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, deadline, [this] { return settled_ || fault_; });
      still_picture_.reset();
      still_wanted_ = true;
      if (beside) camera_->capture_still();
      const bool came =
          changed_.wait_until(lock, deadline, [this] { return still_picture_ || fault_; });
      still_wanted_ = false;
      if (fault_) throw FaultError(*fault_);
      if (!came) throw FaultError("ERR_SNAPSHOT_TIMEOUT", "no full-size picture came in time");
      picture = *still_picture_;
    }
    try {
      if (picture.ok != 0) return still_coder_->encode(picture, options_.quality, orientation_);
      marked_++;
    } catch (const CodingError &e) {
      failed(e.failure(), e.what());
    }
    if (!beside) buffers_.drop(picture.buffer);
  }
}

}  // namespace mio
