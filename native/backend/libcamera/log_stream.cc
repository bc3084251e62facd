// SPDX-License-Identifier: MIT
#include "backend/libcamera/log_stream.h"

#include <array>
#include <sstream>
#include <utility>

namespace mio {

namespace {

mio_log_level level_of(const std::string &name) {
  static constexpr std::array<std::pair<const char *, mio_log_level>, 5> kLevels{{
      {"DEBUG", MIO_LOG_DEBUG},
      {"INFO", MIO_LOG_INFO},
      {"WARN", MIO_LOG_WARN},
      {"ERROR", MIO_LOG_ERROR},
      {"FATAL", MIO_LOG_FATAL},
  }};
  for (const auto &[text, level] : kLevels) {
    if (name == text) return level;
  }
  return MIO_LOG_INFO;
}

}  // namespace

std::streamsize LogBuffer::xsputn(const char *text, std::streamsize length) {
  const std::lock_guard lock(mutex_);
  unfinished_.append(text, static_cast<size_t>(length));
  for (size_t end = 0; (end = unfinished_.find('\n')) != std::string::npos;) {
    pass_on(unfinished_.substr(0, end));
    unfinished_.erase(0, end + 1);
  }
  return length;
}

LogBuffer::int_type LogBuffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char single = traits_type::to_char_type(c);
  xsputn(&single, 1);
  return c;
}

void LogBuffer::pass_on(const std::string &line) const {
  std::istringstream words(line);
  std::string time;
  std::string thread;
  std::string level;
  std::string category;
  std::string message;
  words >> time >> thread >> level >> category >> std::ws;
  std::getline(words, message);
  if (time.starts_with('[') && !message.empty()) {
    host_.log(host_.context, level_of(level), category.c_str(), message.c_str());
  } else if (!line.empty()) {
    host_.log(host_.context, MIO_LOG_INFO, "libcamera", line.c_str());
  }
}

}  // namespace mio
