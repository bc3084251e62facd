// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>

#include "backend/backend.h"

namespace mio {

/**
 * Takes what is written to a stream and hands each line to the host with its level and category.
 * libcamera writes `[0:00:00.000] [pid]  INFO Category file.cpp:1 message` with one write a line,
 * from any of its threads.
 */
class LogBuffer final : public std::streambuf {
 public:
  explicit LogBuffer(const mio_host &host) : host_(host) {}

 private:
  std::streamsize xsputn(const char *text, std::streamsize length) override;
  int_type overflow(int_type c) override;
  void pass_on(const std::string &line) const;

  const mio_host host_;
  std::mutex mutex_;
  std::string unfinished_;
};

/** A stream for libcamera::logSetStream(). */
class LogStream {
 public:
  explicit LogStream(const mio_host &host) : buffer_(host), stream_(&buffer_) {}
  std::ostream *get() { return &stream_; }

 private:
  LogBuffer buffer_;
  std::ostream stream_;
};

}  // namespace mio
