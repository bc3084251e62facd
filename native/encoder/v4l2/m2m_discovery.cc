// SPDX-License-Identifier: MIT
#include "encoder/v4l2/m2m_discovery.h"

#include <algorithm>
#include <cerrno>

#include "encoder/v4l2/m2m_codec.h"

namespace mio {

namespace {

/** V4L2 hands out minors up to 255; by default video devices are numbered from 0 on and leave no
 * gaps. */
constexpr int kMaxNumber = 64;

}  // namespace

bool M2mDiscovery::has_quality() const {
  return std::any_of(candidates.begin(), candidates.end(),
                     [](const M2mCandidate &one) { return one.by_quality; });
}

bool M2mDiscovery::better_than(const M2mDiscovery &other) const {
  return other.candidates.empty() ? !candidates.empty() : has_quality() && !other.has_quality();
}

M2mDiscovery find_m2m_encoders(const EncoderInput &input) {
  M2mDiscovery found;
  for (int number = 0; number < kMaxNumber; ++number) {
    const std::string path = "/dev/video" + std::to_string(number);
    try {
      const M2mCodec codec(path, input);
      // A quality that can be set is better than one that must be steered.
      const auto place = std::find_if(
          found.candidates.begin(), found.candidates.end(),
          [&](const M2mCandidate &other) { return codec.by_quality() && !other.by_quality; });
      found.candidates.insert(place, {path, codec.coded_bytes(), codec.by_quality()});
    } catch (const NoMem2Mem &) {
      // A camera, most often.
    } catch (const WantsLines &e) {
      found.refusals.push_back({path, e.what()});
      found.wanted_lines = e.lines();
    } catch (const Refused &e) {
      found.refusals.push_back({path, e.what()});
    } catch (const V4l2Error &e) {
      const bool absent = e.error() == ENOENT || e.error() == ENXIO || e.error() == ENODEV;
      if (!absent) found.refusals.push_back({path, e.what()});
    }
  }
  return found;
}

}  // namespace mio
