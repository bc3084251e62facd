// SPDX-License-Identifier: MIT
#include "addon/pipeline_options.h"

#include <chrono>

namespace mio {

PipelineOptions options_from(const Napi::Object &from) {
  const auto number = [&](const char *key) {
    return from.Get(key).As<Napi::Number>().DoubleValue();
  };
  const auto whole = [&](const char *key) {
    return from.Get(key).As<Napi::Number>().Uint32Value();
  };
  const auto text = [&](const char *key) { return from.Get(key).As<Napi::String>().Utf8Value(); };
  const auto flag = [&](const char *key) {
    return from.Get(key).As<Napi::Boolean>().Value() ? 1 : 0;
  };
  PipelineOptions options;
  options.backend = text("backend");
  options.id = text("id");
  options.wanted = {whole("width"),       whole("height"),       number("fps"),
                    number("minFps"),     whole("bufferCount"),  flag("rotate180"),
                    flag("hflip"),        flag("vflip"),         0,
                    whole("sensorWidth"), whole("sensorHeight"), 0,
                    flag("still"),        whole("rawWidth"),     whole("rawHeight")};
  options.encoder = text("encoder");
  options.wanted.raw_only = options.encoder == "turbojpeg" || options.encoder == "v4l2-m2m" ? 1 : 0;
  options.quality = static_cast<int>(whole("quality"));
  options.slots = whole("slots");
  options.frame_timeout = std::chrono::milliseconds(whole("frameTimeout"));
  options.max_bytes_per_second = number("maxBytesPerSecond");
  options.orientation = static_cast<int>(whole("orientation"));
  return options;
}

}  // namespace mio
