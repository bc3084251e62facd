// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/camera.h>
#include <libcamera/stream.h>

#include <memory>
#include <utility>
#include <vector>

#include "backend/backend.h"

namespace mio {

/** How libcamera's format is called here. Throws FaultError `ERR_CAMERA_CONFIG` for any other. */
mio_format format_of(const libcamera::PixelFormat &format);

/** Those of a stream's formats that can be encoded or passed through, the best first. */
std::vector<libcamera::PixelFormat> usable_formats(const libcamera::StreamConfiguration &stream);

/** Which of the wanted mirrors, left and right and top and bottom, the camera does not do. */
std::pair<bool, bool> undone_mirrors(const mio_wanted &wanted, libcamera::Orientation got);

/** Whether luma is 0-255, as JPEG has it. */
bool is_full_range(const libcamera::StreamConfiguration &stream);

/**
 * The stream that is wanted, validated and not configured yet.
 * @param sensor null: the pipeline's own choice
 * @throws FaultError `ERR_CAMERA_CONFIG`
 */
std::unique_ptr<libcamera::CameraConfiguration> plan_stream(libcamera::Camera &camera,
                                                            const mio_wanted &wanted,
                                                            const mio_sensor_mode *sensor);

/**
 * The same stream and beside it one for full-size stills.
 * @returns null when the pipeline cannot give both as they are
 */
std::unique_ptr<libcamera::CameraConfiguration> plan_with_still(
    libcamera::Camera &camera, const libcamera::CameraConfiguration &plain);

/**
 * The same stream and beside it one for raw frames of about the wanted size, not larger than the
 * first.
 * @returns null when the pipeline cannot give both
 */
std::unique_ptr<libcamera::CameraConfiguration> plan_with_raw(
    libcamera::Camera &camera, const libcamera::CameraConfiguration &plain, libcamera::Size size);

}  // namespace mio
