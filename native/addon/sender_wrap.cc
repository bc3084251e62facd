// SPDX-License-Identifier: MIT
#include "addon/sender_wrap.h"

#include <fcntl.h>

#include <array>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace mio {

namespace {

SenderOptions options_from(const Napi::Object &from) {
  const auto text = [&](const char *key) { return from.Get(key).As<Napi::String>().Utf8Value(); };
  SenderOptions options;
  options.format = {text("head"),    text("beforeTimestamp"), text("beforeState"),
                    text("headEnd"), text("between"),         text("closing")};
  options.send_timeout =
      std::chrono::milliseconds(from.Get("sendTimeout").As<Napi::Number>().Int64Value());
  const auto bounds = from.Get("latencyBounds").As<Napi::Array>();
  for (uint32_t i = 0; i < bounds.Length(); ++i)
    options.latency_bounds.push_back(bounds.Get(i).As<Napi::Number>().DoubleValue());
  return options;
}

int64_t nanoseconds(const Napi::Value &milliseconds) {
  return std::llround(milliseconds.As<Napi::Number>().DoubleValue() * 1e6);
}

/** (jpeg, timestamp, exposed, state), copied: JavaScript's memory is not for other threads. */
Picture picture_from(const Napi::CallbackInfo &info) {
  const auto jpeg = info[0].As<Napi::Buffer<uint8_t>>();
  Picture picture = copy_of(jpeg.Data(), jpeg.Length());
  picture.wall = nanoseconds(info[1]);
  if (info[2].IsNumber()) picture.exposed = nanoseconds(info[2]);
  if (info[3].IsString()) picture.state = info[3].As<Napi::String>().Utf8Value();
  return picture;
}

const char *name_of(Departure why) {
  switch (why) {
    case Departure::kEnded:
      return "ended";
    case Departure::kTimeout:
      return "timeout";
    case Departure::kDisconnected:
      break;
  }
  return "disconnected";
}

}  // namespace

Napi::Function SenderWrap::define(Napi::Env env) {
  return DefineClass(
      env, "Sender",
      {InstanceMethod<&SenderWrap::add>("add"), InstanceMethod<&SenderWrap::begin>("begin"),
       InstanceMethod<&SenderWrap::remove>("remove"),
       InstanceMethod<&SenderWrap::publish>("publish"), InstanceMethod<&SenderWrap::end>("end"),
       InstanceMethod<&SenderWrap::stop>("stop"), InstanceMethod<&SenderWrap::viewers>("viewers"),
       InstanceMethod<&SenderWrap::sums>("sums"), InstanceMethod<&SenderWrap::frames>("frames")});
}

SenderWrap::SenderWrap(const Napi::CallbackInfo &info)
    : ObjectWrap(info),
      on_left_(Napi::Persistent(info[1].As<Napi::Function>())),
      wakeup_(std::make_unique<Wakeup>(
          info.Env(), "sender", [this](Napi::Env env) { on_wake(env); },
          [this] {
            if (sender_) sender_->stop();
          })) {
  // What keeps the process alive is the viewers' connections, which are Node's.
  wakeup_->keep_alive(false);
  sender_ = std::make_shared<Sender>(options_from(info[0].As<Napi::Object>()),
                                     [wakeup = wakeup_.get()] { wakeup->wake(); });
  Ref();  // until `stop`
}

SenderWrap::~SenderWrap() {
  // A camera may still know it.
  if (sender_) sender_->stop();
}

// add(id, descriptor): boolean. Duplicates the descriptor at once, while it is surely open; false
// when there is none left to be had. Nothing is sent before `begin`.
Napi::Value SenderWrap::add(const Napi::CallbackInfo &info) {
  UniqueFd own(fcntl(info[1].As<Napi::Number>().Int32Value(), F_DUPFD_CLOEXEC, 0));
  const bool valid = own.valid();
  if (valid) waiting_[info[0].As<Napi::Number>().Uint32Value()] = std::move(own);
  return Napi::Boolean::New(info.Env(), valid);
}

// begin(id, fps, frames): from here on nobody else writes to the connection. 0 is no limit.
void SenderWrap::begin(const Napi::CallbackInfo &info) {
  auto waiting = waiting_.extract(info[0].As<Napi::Number>().Uint32Value());
  if (waiting.empty()) return;
  ViewerWish wish;
  const double fps = info[1].As<Napi::Number>().DoubleValue();
  if (fps > 0) wish.fps = fps;
  wish.frames = static_cast<uint64_t>(info[2].As<Napi::Number>().Int64Value());
  sender_->add(waiting.key(), std::move(waiting.mapped()), wish);
}

void SenderWrap::remove(const Napi::CallbackInfo &info) {
  const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
  if (waiting_.erase(id) == 0) sender_->remove(id);
}

// publish(jpeg, timestamp, exposed, state)
void SenderWrap::publish(const Napi::CallbackInfo &info) { sender_->publish(picture_from(info)); }

// end(), end(jpeg, timestamp, undefined, state)
void SenderWrap::end(const Napi::CallbackInfo &info) {
  if (info[0].IsBuffer()) {
    sender_->end(picture_from(info));
  } else {
    sender_->end(std::nullopt);
  }
}

// Waits for the thread, which takes no longer than it takes to write a part.
void SenderWrap::stop(const Napi::CallbackInfo & /*info*/) {
  waiting_.clear();
  sender_->stop();
  if (!wakeup_) return;
  wakeup_->close();
  wakeup_.reset();
  on_left_.Reset();  // it may refer to this
  Unref();
}

void SenderWrap::on_wake(Napi::Env env) {
  for (const auto &[id, why] : sender_->take_left()) {
    const Napi::HandleScope scope(env);
    // The listener may have stopped it.
    if (!wakeup_) return;
    call_javascript(env, on_left_,
                    {Napi::Number::New(env, id), Napi::String::New(env, name_of(why))});
  }
}

// viewers(): Float64Array of (id, sent, skipped, bytes, fps, exposed or 0) for each viewer
Napi::Value SenderWrap::viewers(const Napi::CallbackInfo &info) {
  const int64_t now = monotonic_ns();
  const auto all = sender_->viewers();
  std::vector<double> numbers;
  numbers.reserve(all.size() * 6);
  for (const auto &[id, counters] : all) {
    for (const double number :
         {static_cast<double>(id), static_cast<double>(counters->sent()),
          static_cast<double>(counters->skipped()), static_cast<double>(counters->bytes()),
          counters->per_second(now), static_cast<double>(counters->exposed()) / 1e6})
      numbers.push_back(number);
  }
  auto result = Napi::Float64Array::New(info.Env(), numbers.size());
  std::copy(numbers.begin(), numbers.end(), result.Data());
  return result;
}

// frames(): Float64Array of (count, when the last one came in milliseconds or 0). It is asked for
// once a second.
Napi::Value SenderWrap::frames(const Napi::CallbackInfo &info) {
  const Sender::Frames frames = sender_->frames();
  auto result = Napi::Float64Array::New(info.Env(), 2);
  result[0] = static_cast<double>(frames.count);
  result[1] = static_cast<double>(frames.last) / 1e6;
  return result;
}

// sums(): { sent, skipped, bytes, latencyCounts, latencySum }
Napi::Value SenderWrap::sums(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  const SenderCounters &sums = sender_->sums();
  auto result = Napi::Object::New(env);
  const auto set = [&](const char *key, auto value) {
    result.Set(key, Napi::Number::New(env, static_cast<double>(value)));
  };
  set("sent", sums.sent());
  set("skipped", sums.skipped());
  set("bytes", sums.bytes());
  set("latencySum", sums.latency_sum());
  auto counts = Napi::Array::New(env);
  for (const uint64_t count : sums.latency_counts())
    counts.Set(counts.Length(), Napi::Number::New(env, static_cast<double>(count)));
  result.Set("latencyCounts", counts);
  return result;
}

}  // namespace mio
