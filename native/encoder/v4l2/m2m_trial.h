// SPDX-License-Identifier: MIT
#pragma once

#include "core/slot_pool.h"
#include "encoder/v4l2/m2m_codec.h"

namespace mio {

/**
 * Lets a started device encode the first camera buffer, whatever lies in it, and looks whether a
 * whole JPEG comes out: drivers accept buffers that they then cannot use. At most a second.
 * @throws Refused, V4l2Error
 */
void try_out(M2mCodec &codec, Slot slot);

/**
 * Lets it encode a grey of limited range and looks whether the JPEG's grey is of full range, as
 * JPEG has no other: drivers accept a quantization that the hardware knows nothing about. The test
 * picture lies in memory of its own.
 * @throws Refused, V4l2Error
 */
void try_range(M2mCodec &codec, Slot slot);

}  // namespace mio
