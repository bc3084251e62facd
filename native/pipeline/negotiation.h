// SPDX-License-Identifier: MIT
#pragma once

#include "backend/opened_camera.h"
#include "encoder/encoder.h"
#include "encoder/make_encoder.h"

namespace mio {

/** What camera and encoder have agreed on. */
struct Agreement {
  mio_configuration configuration; /**< of the camera; its height is that of its buffers */
  EncoderInput input;              /**< its height is that of the picture */
  EncoderChoice choice;
};

/**
 * Sets the camera so that its buffers go into the encoder as they are. A Pi's image encoder wants
 * heights in steps of 16 lines, so for 1920x1080 the camera is asked for 1088 lines, of which the
 * encoder leaves the last 8 out: nothing is converted or copied.
 * @param encoder its name, or `auto`
 * @throws FaultError
 */
Agreement negotiate(OpenedCamera &camera, const mio_wanted &wanted, const std::string &encoder);

}  // namespace mio
