// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace mio {

/**
 * What went wrong: a stable code (`ERR_…`, the keys of `remedies` in lib/camera/errors.ts) and what
 * was found, as the start of a sentence. What was asked and what to do are added in TypeScript.
 */
struct Fault {
  std::string code;
  std::string found;
};

/** A fault on its way up to a thread's top or to the addon's border. */
class FaultError : public std::runtime_error {
 public:
  explicit FaultError(Fault fault) : std::runtime_error(fault.found), fault_(std::move(fault)) {}
  FaultError(std::string code, std::string found)
      : FaultError(Fault{std::move(code), std::move(found)}) {}

  const Fault &fault() const { return fault_; }

 private:
  Fault fault_;
};

/** "Device or resource busy (16)" for an errno value of either sign. */
inline std::string errno_text(int error) {
  const int positive = error < 0 ? -error : error;
  return std::string(std::strerror(positive)) + " (" + std::to_string(positive) + ")";
}

}  // namespace mio
