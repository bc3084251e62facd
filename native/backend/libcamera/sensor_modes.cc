// SPDX-License-Identifier: MIT
#include "backend/libcamera/sensor_modes.h"

#include <libcamera/formats.h>
#include <libcamera/stream.h>

#include <cstdlib>
#include <string>

#include "backend/choose_sensor_mode.h"
#include "backend/libcamera/controls.h"

namespace mio {

namespace {

using libcamera::Camera;
using libcamera::CameraConfiguration;
using libcamera::Size;
using libcamera::StreamRole;

/** What the sensor reads as it is configured now; empty where the camera does not tell. */
mio_rectangle sensor_crop(const Camera &camera) {
  // libcamera 0.4 may have none.
  const libcamera::ControlIdMap *names = camera.properties().idMap();
  if (names == nullptr) return {};
  for (const auto &[id, value] : camera.properties()) {
    const auto known = names->find(id);
    if (known == names->end() || known->second->name() != "ScalerCropMaximum") continue;
    const ControlValueView view(value);
    const mio_value crop = view.get();
    if (crop.type != MIO_VALUE_RECTANGLE || crop.number_count < 4) break;
    return {static_cast<int32_t>(crop.numbers[0]), static_cast<int32_t>(crop.numbers[1]),
            static_cast<uint32_t>(crop.numbers[2]), static_cast<uint32_t>(crop.numbers[3])};
  }
  return {};
}

double fastest(const Camera &camera) {
  const libcamera::ControlId *limits = find_control(camera.controls(), "FrameDurationLimits");
  if (limits == nullptr) return 0;
  const ControlValueView shortest(camera.controls().at(limits).min());
  const bool known = shortest.get().number_count > 0 && shortest.get().numbers[0] > 0;
  return known ? 1e6 / shortest.get().numbers[0] : 0;
}

/** Configures the mode and looks what came of it. False: the pipeline does not have it. */
bool probe(Camera &camera, mio_sensor_mode &mode) {
  const auto configuration = camera.generateConfiguration({StreamRole::VideoRecording});
  if (!configuration || configuration->empty()) return false;
  configuration->sensorConfig = sensor_configuration(mode);
  if (configuration->validate() == CameraConfiguration::Invalid) return false;
  if (camera.configure(configuration.get()) < 0) return false;
  mode.crop = sensor_crop(camera);
  mode.max_fps = fastest(camera);
  return mode.crop.width > 0;
}

}  // namespace

uint32_t raw_bit_depth(const std::string &format) {
  for (const char *order : {"RGGB", "GRBG", "GBRG", "BGGR"}) {
    const size_t at = format.find(order);
    if (at != std::string::npos)
      return static_cast<uint32_t>(std::strtoul(format.c_str() + at + 4, nullptr, 10));
  }
  // A sensor without colours: R8, R10, R10_CSI2P.
  if (format.size() < 2 || format[0] != 'R' || std::isdigit(format[1]) == 0) return 0;
  return static_cast<uint32_t>(std::strtoul(format.c_str() + 1, nullptr, 10));
}

libcamera::SensorConfiguration sensor_configuration(const mio_sensor_mode &mode) {
  libcamera::SensorConfiguration configuration;
  configuration.bitDepth = mode.bit_depth;
  configuration.outputSize = {mode.width, mode.height};
  return configuration;
}

std::vector<mio_sensor_mode> probe_sensor_modes(Camera &camera) {
  std::vector<mio_sensor_mode> modes;
  const auto raw = camera.generateConfiguration({StreamRole::Raw});
  if (!raw || raw->empty()) return modes;
  const libcamera::StreamFormats &formats = raw->at(0).formats();
  for (const libcamera::PixelFormat &format : formats.pixelformats()) {
    const uint32_t bits = raw_bit_depth(format.toString());
    if (bits == 0) continue;
    for (const Size &size : formats.sizes(format)) {
      mio_sensor_mode mode{size.width, size.height, bits, 0, {}, 0};
      if (probe(camera, mode)) modes.push_back(mode);
    }
  }
  mark_full_field_of_view(modes);
  return modes;
}

}  // namespace mio
