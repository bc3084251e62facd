// SPDX-License-Identifier: MIT
#include "encoder/make_encoder.h"

#include <linux/videodev2.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "core/dma_heap.h"
#include "core/fault.h"
#include "encoder/direct_encoder.h"
#include "encoder/fallback_encoder.h"
#include "encoder/passthrough_coder.h"
#include "encoder/threaded_encoder.h"
#include "encoder/turbo_coder.h"
#include "encoder/v4l2/m2m_encoder.h"

namespace mio {

namespace {

constexpr const char *kPassthrough = "passthrough";
constexpr const char *kHardware = "v4l2-m2m";
constexpr const char *kTurbo = "turbojpeg";

/** One for each core, up to the four of a Pi. */
size_t turbo_workers() { return std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 4); }

std::string list(const std::vector<EncoderRefusal> &refusals) {
  std::string text;
  for (const EncoderRefusal &one : refusals)
    text += (text.empty() ? "" : "; ") + one.device + ": " + one.why;
  return text.empty() ? "there is no memory-to-memory device" : text;
}

std::unique_ptr<Encoder> make_turbo(const EncoderInput &input, int quality, EncoderReport about,
                                    EncoderSink &sink) {
  return std::make_unique<ThreadedEncoder>(
      kTurbo, input, quality, turbo_workers(), [&] { return std::make_unique<TurboCoder>(input); },
      sink, std::move(about));
}

/** None of the devices works. */
class NoHardware : public FaultError {
 public:
  explicit NoHardware(std::vector<EncoderRefusal> refusals)
      : FaultError("ERR_ENCODER", "no hardware encoder works: " + list(refusals)),
        refusals_(std::move(refusals)) {}
  const std::vector<EncoderRefusal> &refusals() const { return refusals_; }

 private:
  std::vector<EncoderRefusal> refusals_;
};

/** The first device that works. Throws NoHardware with what is wrong with each. */
std::unique_ptr<Encoder> make_hardware(const EncoderChoice &choice, const EncoderInput &input,
                                       int quality, const std::shared_ptr<SlotPool> &slots,
                                       EncoderSink &sink) {
  EncoderReport about;
  about.reason = choice.reason;
  about.refusals = choice.hardware.refusals;
  for (const M2mCandidate &device : choice.hardware.candidates) {
    try {
      return std::make_unique<M2mEncoder>(device.path, input, quality, slots, sink, about);
    } catch (const std::exception &e) {
      about.refusals.push_back({device.path, e.what()});
    }
  }
  throw NoHardware(std::move(about.refusals));
}

}  // namespace

EncoderChoice choose_encoder(const EncoderInput &input, const std::string &forced) {
  const bool jpeg = input.format == MIO_FORMAT_MJPEG;
  const bool free = forced == "auto";
  if (!free && (forced == kPassthrough) != jpeg) {
    throw FaultError("ERR_ENCODER", "the encoder " + forced + " cannot take " +
                                        (jpeg ? "the JPEGs that this camera gives"
                                              : "the raw pictures that this camera gives"));
  }
  const std::string why_forced = free ? "" : " (forced)";
  if (jpeg) {
    const size_t bytes = input.buffers.empty() ? 0 : input.buffers.front().planes[0].length;
    return {kPassthrough, "the camera gives JPEG itself" + why_forced,
            PassthroughCoder::max_jpeg_bytes(bytes), !free};
  }
  std::string reason = "the camera gives raw pictures: encoded by the CPU" + why_forced;
  M2mDiscovery hardware;
  if (forced != kTurbo) {
    hardware = find_m2m_encoders(input);
    if (!hardware.candidates.empty()) {
      size_t bytes = 0;
      for (const M2mCandidate &one : hardware.candidates)
        bytes = std::max<size_t>(bytes, one.coded_bytes);
      return {kHardware, "a device takes the camera's pictures as they are" + why_forced, bytes,
              !free, std::move(hardware)};
    }
    if (!free)
      throw FaultError("ERR_ENCODER", "no hardware encoder takes the camera's pictures: " +
                                          list(hardware.refusals));
    reason += ", as no hardware encoder takes them: " + list(hardware.refusals);
  }
  return {kTurbo, reason, TurboCoder::max_jpeg_bytes(input.width, input.height), !free,
          std::move(hardware)};
}

std::shared_ptr<SlotPool> make_slots(const EncoderChoice &choice, uint32_t count) {
  // A queue of V4L2 has 32 buffers at most, and each slot needs its own.
  if (std::strcmp(choice.name, kHardware) == 0 && count <= VIDEO_MAX_FRAME) {
    HeapBuffers memory = allocate_from_heap(count, choice.max_jpeg_bytes);
    if (!memory.heap.empty()) {
      return SlotPool::create(std::move(memory.buffers), choice.max_jpeg_bytes,
                              "dma-heap " + memory.heap);
    }
  }
  return SlotPool::create(count, choice.max_jpeg_bytes);
}

std::unique_ptr<Encoder> make_encoder(const EncoderChoice &choice, const EncoderInput &input,
                                      int quality, const std::shared_ptr<SlotPool> &slots,
                                      EncoderSink &sink) {
  EncoderReport about;
  about.reason = choice.reason;
  about.refusals = choice.hardware.refusals;
  if (std::strcmp(choice.name, kPassthrough) == 0) {
    return std::make_unique<DirectEncoder>(kPassthrough, input, quality,
                                           std::make_unique<PassthroughCoder>(), sink, about);
  }
  if (std::strcmp(choice.name, kHardware) == 0) {
    try {
      return std::make_unique<FallbackEncoder>(
          [choice, input, slots](int q, EncoderSink &to) {
            return make_hardware(choice, input, q, slots, to);
          },
          [input](const EncoderReport &fallen, int q, EncoderSink &to) {
            return make_turbo(input, q, fallen, to);
          },
          quality, sink);
    } catch (const NoHardware &e) {
      if (choice.forced) throw;
      about.reason = std::string("encoded by the CPU, as ") + e.what();
      about.refusals = e.refusals();
    }
  }
  return make_turbo(input, quality, about, sink);
}

}  // namespace mio
