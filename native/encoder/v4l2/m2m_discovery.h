// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "encoder/encoder.h"

namespace mio {

/** A mem2mem device that can encode a camera's pictures, as far as it says itself. */
struct M2mCandidate {
  std::string path;
  uint32_t coded_bytes; /**< the most bytes of a JPEG */
  bool by_quality;      /**< it has a quality control, not only a bitrate */
};

struct M2mDiscovery {
  std::vector<M2mCandidate> candidates; /**< best first */
  std::vector<EncoderRefusal> refusals;
  /** With so many lines in the camera's buffers a device would take them; 0: there is none like
   * that. */
  uint32_t wanted_lines = 0;

  /** Whether a candidate has a quality control. */
  bool has_quality() const;
  /** Whether these can do what the others cannot: encode at all, or encode by quality. */
  bool better_than(const M2mDiscovery &other) const;
};

/** Asks each /dev/video* what it is and whether it takes these pictures. Nothing is encoded. */
M2mDiscovery find_m2m_encoders(const EncoderInput &input);

}  // namespace mio
