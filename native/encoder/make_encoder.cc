// SPDX-License-Identifier: MIT
#include "encoder/make_encoder.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include "core/fault.h"
#include "encoder/passthrough_coder.h"
#include "encoder/threaded_encoder.h"
#include "encoder/turbo_coder.h"

namespace mio {

namespace {

constexpr const char *kPassthrough = "passthrough";
constexpr const char *kTurbo = "turbojpeg";

/** One for each core, up to the four of a Pi. */
size_t turbo_workers() { return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 4); }

}  // namespace

EncoderChoice choose_encoder(const EncoderInput &input, const std::string &forced) {
  const bool jpeg = input.format == MIO_FORMAT_MJPEG;
  if ((forced == kPassthrough) != jpeg && forced != "auto") {
    throw FaultError("ERR_ENCODER", "the encoder " + forced + " cannot take " +
                                        (jpeg ? "the JPEGs that this camera gives"
                                              : "the raw pictures that this camera gives"));
  }
  const std::string why_forced = forced == "auto" ? "" : " (forced)";
  if (jpeg) {
    const size_t bytes = input.buffers.empty() ? 0 : input.buffers.front().planes[0].length;
    return {kPassthrough, "the camera gives JPEG itself" + why_forced,
            PassthroughCoder::max_jpeg_bytes(bytes)};
  }
  return {kTurbo, "the camera gives raw pictures: encoded by the CPU" + why_forced,
          TurboCoder::max_jpeg_bytes(input.width, input.height)};
}

std::unique_ptr<Encoder> make_encoder(const EncoderChoice &choice, const EncoderInput &input,
                                      int quality, EncoderSink &sink) {
  if (std::strcmp(choice.name, kPassthrough) == 0) {
    return std::make_unique<ThreadedEncoder>(
        kPassthrough, input, quality, 1, [] { return std::make_unique<PassthroughCoder>(); }, sink);
  }
  return std::make_unique<ThreadedEncoder>(
      kTurbo, input, quality, turbo_workers(), [&] { return std::make_unique<TurboCoder>(input); },
      sink);
}

}  // namespace mio
