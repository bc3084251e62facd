// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "encoder/encoder.h"
#include "encoder/mapped_buffers.h"

namespace mio {

/** A picture of which no JPEG can be made. */
class CodingError : public std::runtime_error {
 public:
  CodingError(EncodeFailure failure, const std::string &why)
      : std::runtime_error(why), failure_(failure) {}
  EncodeFailure failure() const { return failure_; }

 private:
  EncodeFailure failure_;
};

/** Makes a JPEG with the CPU, in the caller's thread. One for each thread. */
class Coder {
 public:
  virtual ~Coder() = default;
  /**
   * Writes a JPEG into `out`. Returns its length in bytes.
   * @throws CodingError
   */
  virtual size_t encode(const MappedPicture &picture, int quality, uint8_t *out,
                        size_t capacity) = 0;
};

}  // namespace mio
