// SPDX-License-Identifier: MIT
#include "pipeline/negotiation.h"

#include <optional>
#include <utility>

namespace mio {

namespace {

/**
 * With buffers of more lines, if a device wants that and the camera can do it. A Pi's video encoder
 * takes any height, but has only a bitrate; its image encoder pads, and has a quality.
 */
std::optional<Agreement> with_padding(OpenedCamera &camera, const mio_wanted &wanted,
                                      const mio_configuration &plain, const std::string &encoder) {
  const M2mDiscovery found = find_m2m_encoders(EncoderInput(plain));
  if (found.has_quality() || found.wanted_lines == 0) return std::nullopt;
  mio_wanted taller = wanted;
  taller.width = plain.width;
  taller.height = found.wanted_lines;
  const mio_configuration padded = camera.configure(taller);
  if (padded.width != plain.width || padded.height != found.wanted_lines) return std::nullopt;
  EncoderInput input(padded);
  input.height = plain.height;
  EncoderChoice choice = choose_encoder(input, encoder);
  if (!choice.hardware.better_than(found)) return std::nullopt;
  return Agreement{padded, std::move(input), std::move(choice)};
}

}  // namespace

Agreement negotiate(OpenedCamera &camera, const mio_wanted &wanted, const std::string &encoder) {
  constexpr uint32_t kUsualStep = 16;
  mio_configuration plain = camera.configure(wanted);
  const bool raw = plain.format != MIO_FORMAT_MJPEG;
  const bool hardware = encoder == "auto" || encoder == "v4l2-m2m";
  if (raw && hardware && plain.height % kUsualStep != 0) {
    try {
      if (auto padded = with_padding(camera, wanted, plain, encoder)) return std::move(*padded);
    } catch (const FaultError &) {
      // The camera does not have that size. It was only a wish.
    }
    plain = camera.configure(wanted);
  }
  EncoderInput input(plain);
  EncoderChoice choice = choose_encoder(input, encoder);
  return {plain, std::move(input), std::move(choice)};
}

}  // namespace mio
