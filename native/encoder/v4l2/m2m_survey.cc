// SPDX-License-Identifier: MIT
#include "encoder/v4l2/m2m_survey.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "core/fault.h"
#include "core/unique_fd.h"

namespace mio {

namespace {

/** Lines as the ISPs of the Pis make them. */
constexpr uint32_t kLineBytes = 64;

uint32_t round_up(uint32_t value, uint32_t step) { return (value + step - 1) / step * step; }

/** One buffer with `lines` lines of luma. Only its size is ever looked at: no memory is behind it.
 */
UniqueFd buffer_of(uint32_t stride, uint32_t lines) {
  UniqueFd fd(memfd_create("mio-survey", MFD_CLOEXEC));
  if (!fd.valid() || ftruncate(fd.get(), static_cast<off_t>(stride) * lines * 3 / 2) != 0)
    throw FaultError("ERR_NO_BUFFERS", "no buffer to ask for encoders with: " + errno_text(errno));
  return fd;
}

M2mDiscovery survey(uint32_t width, uint32_t height, uint32_t lines) {
  const uint32_t stride = round_up(width, kLineBytes);
  const UniqueFd fd = buffer_of(stride, lines);
  const uint32_t luma = stride * lines;
  mio_buffer buffer{};
  buffer.plane_count = 3;
  buffer.planes[0] = {fd.get(), 0, luma, stride};
  buffer.planes[1] = {fd.get(), luma, luma / 4, stride / 2};
  buffer.planes[2] = {fd.get(), luma + luma / 4, luma / 4, stride / 2};
  mio_configuration configuration{};
  configuration.width = width;
  configuration.height = height;
  configuration.fps = 30;
  configuration.format = MIO_FORMAT_YUV420;
  configuration.full_range = 1;
  configuration.buffer_count = 1;
  configuration.buffers = &buffer;
  return find_m2m_encoders(EncoderInput(configuration));
}

}  // namespace

M2mDiscovery survey_m2m_encoders(uint32_t width, uint32_t height) {
  M2mDiscovery found = survey(width, height, height);
  if (found.has_quality() || found.wanted_lines == 0) return found;
  // A camera is asked for as many lines as the device wants.
  M2mDiscovery padded = survey(width, height, found.wanted_lines);
  return padded.better_than(found) ? padded : found;
}

}  // namespace mio
