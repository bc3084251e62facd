// SPDX-License-Identifier: MIT
#include "addon/describe.h"

#include "core/clock.h"

namespace mio {

/** { name, reason, device, output, bytesCopied, fallbacks, refusals: [{ device, why }] } */
Napi::Object describe(Napi::Env env, const EncoderReport &report) {
  auto result = Napi::Object::New(env);
  result.Set("name", report.name);
  result.Set("reason", report.reason);
  result.Set("device", report.device);
  result.Set("output", report.output);
  result.Set("bytesCopied", static_cast<double>(report.bytes_copied));
  result.Set("fallbacks", static_cast<double>(report.fallbacks));
  auto refusals = Napi::Array::New(env, report.refusals.size());
  for (uint32_t i = 0; i < report.refusals.size(); ++i) {
    auto refusal = Napi::Object::New(env);
    refusal.Set("device", report.refusals[i].device);
    refusal.Set("why", report.refusals[i].why);
    refusals.Set(i, refusal);
  }
  result.Set("refusals", refusals);
  return result;
}

Napi::Object describe(Napi::Env env, const PipelineMode &mode) {
  auto result = Napi::Object::New(env);
  const auto set = [env](Napi::Object to, const char *key, double value) {
    to.Set(key, Napi::Number::New(env, value));
  };
  set(result, "width", mode.width);
  set(result, "height", mode.height);
  set(result, "fps", mode.fps);
  result.Set("format", mode.format);
  set(result, "stride", mode.stride);
  set(result, "bufferCount", mode.buffer_count);
  result.Set("memory", mode.memory);
  set(result, "orientation", mode.orientation);
  result.Set("still", mode.still_beside ? "beside the stream" : "instead of the stream");
  if (mode.raw) {
    auto raw = Napi::Object::New(env);
    set(raw, "width", mode.raw->width);
    set(raw, "height", mode.raw->height);
    raw.Set("range", mode.raw->full_range ? "full" : "limited");
    raw.Set("from", mode.raw->second_stream ? "a second stream" : "the stream");
    result.Set("raw", raw);
  }
  if (mode.sensor.width == 0) return result;
  auto sensor = Napi::Object::New(env);
  set(sensor, "width", mode.sensor.width);
  set(sensor, "height", mode.sensor.height);
  set(sensor, "bitDepth", mode.sensor.bit_depth);
  set(sensor, "maxFps", mode.sensor.max_fps);
  auto crop = Napi::Object::New(env);
  set(crop, "x", mode.sensor.crop.x);
  set(crop, "y", mode.sensor.crop.y);
  set(crop, "width", mode.sensor.crop.width);
  set(crop, "height", mode.sensor.crop.height);
  sensor.Set("crop", crop);
  sensor.Set("fullFieldOfView", Napi::Boolean::New(env, mode.sensor.full_field_of_view != 0));
  result.Set("sensor", sensor);
  return result;
}

/** { data, width, height, sequence, wallMilliseconds, monotonic } */
Napi::Object describe(Napi::Env env, const Still &still) {
  auto result = Napi::Object::New(env);
  result.Set("data", Napi::Buffer<uint8_t>::Copy(env, still.data.data(), still.data.size()));
  result.Set("width", Napi::Number::New(env, still.width));
  result.Set("height", Napi::Number::New(env, still.height));
  result.Set("sequence", Napi::Number::New(env, static_cast<double>(still.sequence)));
  result.Set("timestamp",
             Napi::Number::New(env, static_cast<double>(wall_ns(still.timestamp)) / 1e6));
  result.Set("monotonic", Napi::BigInt::New(env, still.timestamp));
  return result;
}

}  // namespace mio
