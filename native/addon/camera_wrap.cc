// SPDX-License-Identifier: MIT
#include "addon/camera_wrap.h"

#include <string>
#include <utility>

#include "addon/control_values.h"
#include "addon/promise_task.h"
#include "core/clock.h"

namespace mio {

namespace {

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
  options.wanted = {whole("width"),   whole("height"),      number("fps"),
                    number("minFps"), whole("bufferCount"), flag("rotate180"),
                    flag("hflip"),    flag("vflip"),        0};
  options.encoder = text("encoder");
  options.wanted.raw_only = options.encoder == "turbojpeg" || options.encoder == "v4l2-m2m" ? 1 : 0;
  options.quality = static_cast<int>(whole("quality"));
  options.slots = whole("slots");
  options.frame_timeout = std::chrono::milliseconds(whole("frameTimeout"));
  options.max_bytes_per_second = number("maxBytesPerSecond");
  options.orientation = static_cast<int>(whole("orientation"));
  return options;
}

/** A Buffer over a slot and its head room. The pool lives as long as it: no Buffer ever points at
 * freed memory. */
Napi::Value buffer_over(Napi::Env env, const std::shared_ptr<SlotPool> &pool, uint32_t index) {
  using Hint = std::shared_ptr<SlotPool>;
  auto hint = std::make_unique<Hint>(pool);
  const auto buffer = Napi::Buffer<uint8_t>::New(
      env, pool->memory(index), pool->memory_bytes(),
      [](Napi::BasicEnv, uint8_t *, Hint *last) { const std::unique_ptr<Hint> owner(last); },
      hint.get());
  static_cast<void>(hint.release());  // the finalizer has it now
  return buffer;
}

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

}  // namespace

Napi::Function CameraWrap::define(Napi::Env env) {
  return DefineClass(
      env, "Camera",
      {InstanceMethod<&CameraWrap::open>("open"), InstanceMethod<&CameraWrap::close>("close"),
       InstanceMethod<&CameraWrap::watch>("watch"), InstanceMethod<&CameraWrap::release>("release"),
       InstanceMethod<&CameraWrap::set_quality>("setQuality"),
       InstanceMethod<&CameraWrap::set_max_bytes_per_second>("setMaxBytesPerSecond"),
       InstanceMethod<&CameraWrap::set_orientation>("setOrientation"),
       InstanceMethod<&CameraWrap::controls>("controls"),
       InstanceMethod<&CameraWrap::set_controls>("setControls"),
       InstanceMethod<&CameraWrap::statistics>("statistics"),
       InstanceMethod<&CameraWrap::encoder>("encoder"),
       InstanceMethod<&CameraWrap::keep_alive>("keepAlive")});
}

CameraWrap::CameraWrap(const Napi::CallbackInfo &info)
    : ObjectWrap(info),
      on_frame_(Napi::Persistent(info[0].As<Napi::Function>())),
      on_fault_(Napi::Persistent(info[1].As<Napi::Function>())),
      on_encoder_(Napi::Persistent(info[2].As<Napi::Function>())) {}

CameraWrap::~CameraWrap() {
  if (session_) session_->close();
}

// open(options): Promise<{ mode, buffers }>. Once for each object.
Napi::Value CameraWrap::open(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  const PipelineOptions options = options_from(info[0].As<Napi::Object>());
  wakeup_ = std::make_unique<Wakeup>(
      env, "camera", [this](Napi::Env e) { on_wake(e); }, [this] { session_->close(); });
  session_ = std::make_shared<Session>([wakeup = wakeup_.get()] { wakeup->wake(); });
  Ref();  // until `end`: JavaScript may drop its last reference while frames come
  return PromiseTask::run(
      env, "openCamera", [session = session_, options] { session->open(options); },
      [this](Napi::Env e) { return opened(e); });
}

Napi::Value CameraWrap::opened(Napi::Env env) {
  auto result = Napi::Object::New(env);
  session_->with_pipeline([&](Pipeline &pipeline) {
    const PipelineMode mode = pipeline.mode();
    auto described = Napi::Object::New(env);
    described.Set("width", Napi::Number::New(env, mode.width));
    described.Set("height", Napi::Number::New(env, mode.height));
    described.Set("fps", Napi::Number::New(env, mode.fps));
    described.Set("format", mode.format);
    described.Set("stride", Napi::Number::New(env, mode.stride));
    described.Set("bufferCount", Napi::Number::New(env, mode.buffer_count));
    described.Set("memory", mode.memory);
    described.Set("orientation", Napi::Number::New(env, mode.orientation));
    result.Set("mode", described);

    pool_ = pipeline.pool();
    lent_.resize(pool_->count());
    auto buffers = Napi::Array::New(env, pool_->count());
    for (uint32_t i = 0; i < pool_->count(); ++i) buffers.Set(i, buffer_over(env, pool_, i));
    result.Set("buffers", buffers);
  });
  return result;
}

// close(): Promise<void>. Also after a failed open, and at any moment after a good one.
Napi::Value CameraWrap::close(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  if (!session_)
    return PromiseTask::run(env, "closeCamera", [] {}, [](Napi::Env e) { return e.Undefined(); });
  return PromiseTask::run(
      env, "closeCamera", [session = session_] { session->close(); },
      [this](Napi::Env e) {
        end();
        return e.Undefined();
      });
}

void CameraWrap::end() {
  if (!wakeup_) return;
  wakeup_->close();
  wakeup_.reset();
  Unref();
}

void CameraWrap::on_wake(Napi::Env env) {
  // The pool is known once `opened` ran; a frame that came before that is dropped here.
  if (auto jpeg = session_->take_jpeg(); jpeg && pool_) deliver(env, std::move(*jpeg));
  if (auto fault = session_->take_fault()) {
    const Napi::HandleScope scope(env);
    call_javascript(env, on_fault_, {make_error(env, *fault)});
  }
  for (const EncoderReport &now : session_->take_encoders()) {
    const Napi::HandleScope scope(env);
    call_javascript(env, on_encoder_, {describe(env, now)});
  }
}

// onFrame(slot, length, sequence, wallMilliseconds, monotonicSeconds, monotonicNanoseconds, lent,
// offset)
bool CameraWrap::deliver(Napi::Env env, Jpeg jpeg) {
  const Napi::HandleScope scope(env);
  const uint32_t index = jpeg.slot.index();
  const size_t offset = SlotPool::head_room() - jpeg.head;
  lent_[index] = std::move(jpeg.slot);
  const auto number = [env](auto value) -> napi_value {
    return Napi::Number::New(env, static_cast<double>(value));
  };
  return call_javascript(
      env, on_frame_,
      {number(index), number(jpeg.length), number(jpeg.sequence),
       number(static_cast<double>(wall_ns(jpeg.timestamp)) / 1e6),
       number(jpeg.timestamp / kNanosPerSecond), number(jpeg.timestamp % kNanosPerSecond),
       number(pool_->lent()), number(offset)});
}

void CameraWrap::watch(const Napi::CallbackInfo &info) {
  const bool watched = info[0].As<Napi::Boolean>();
  if (session_) session_->with_pipeline([&](Pipeline &pipeline) { pipeline.watch(watched); });
}

// Giving a slot back twice does nothing; giving it back after close() is right.
void CameraWrap::release(const Napi::CallbackInfo &info) {
  const uint32_t index = info[0].As<Napi::Number>().Uint32Value();
  if (index < lent_.size()) lent_[index] = {};
}

void CameraWrap::set_quality(const Napi::CallbackInfo &info) {
  const int quality = info[0].As<Napi::Number>().Int32Value();
  if (session_) session_->with_pipeline([&](Pipeline &pipeline) { pipeline.set_quality(quality); });
}

void CameraWrap::set_max_bytes_per_second(const Napi::CallbackInfo &info) {
  const double limit = info[0].As<Napi::Number>().DoubleValue();
  if (session_) {
    session_->with_pipeline([&](Pipeline &pipeline) { pipeline.set_max_bytes_per_second(limit); });
  }
}

// setOrientation(wanted): number, with what the camera cannot do
Napi::Value CameraWrap::set_orientation(const Napi::CallbackInfo &info) {
  const int orientation = info[0].As<Napi::Number>().Int32Value();
  int told = orientation;
  if (session_) {
    session_->with_pipeline([&](Pipeline &pipeline) {
      pipeline.set_orientation(orientation);
      told = pipeline.mode().orientation;
    });
  }
  return Napi::Number::New(info.Env(), told);
}

Napi::Value CameraWrap::controls(const Napi::CallbackInfo &info) {
  struct List {
    Napi::Env env;
    Napi::Array controls;
  };
  List list{info.Env(), Napi::Array::New(info.Env())};
  if (session_) {
    session_->with_pipeline([&](Pipeline &pipeline) {
      pipeline.camera().controls(
          [](void *context, const mio_control *control) {
            auto *to = static_cast<List *>(context);
            to->controls.Set(to->controls.Length(), to_javascript(to->env, *control));
          },
          &list);
    });
  }
  return list.controls;
}

// setControls([{ id, type, isArray, numbers }])
void CameraWrap::set_controls(const Napi::CallbackInfo &info) {
  const auto from = info[0].As<Napi::Array>();
  std::vector<ControlSetting> settings;
  settings.reserve(from.Length());
  for (uint32_t i = 0; i < from.Length(); ++i)
    settings.emplace_back(from.Get(i).As<Napi::Object>());
  std::vector<mio_control_setting> views;
  views.reserve(settings.size());
  for (const ControlSetting &setting : settings) views.push_back(setting.view());
  try {
    session_->with_pipeline(
        [&](Pipeline &pipeline) { pipeline.camera().set_controls(views.data(), views.size()); });
  } catch (const FaultError &e) {
    throw Napi::Error(info.Env(), make_error(info.Env(), e.fault()));
  }
}

Napi::Value CameraWrap::statistics(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  auto result = Napi::Object::New(env);
  const auto set = [&](const char *key, auto value) {
    result.Set(key, Napi::Number::New(env, static_cast<double>(value)));
  };
  if (!session_) return result;
  set("superseded", session_->superseded());
  if (pool_) {
    set("slots", pool_->count());
    set("lent", pool_->lent());
  }
  // Once closed, what is left to tell is which slots are still lent.
  session_->with_pipeline([&](Pipeline &pipeline) {
    const PipelineStatistics s = pipeline.statistics();
    set("captured", s.captured);
    set("encoded", s.encoded);
    set("unwatched", s.unwatched);
    set("noSlot", s.no_slot);
    set("encoderBusy", s.encoder_busy);
    set("marked", s.marked);
    set("truncated", s.truncated);
    set("encoderFailed", s.encoder_failed);
    set("fps", s.fps);
    set("quality", s.quality);
    if (s.last_frame_age) set("lastFrameAge", static_cast<double>(*s.last_frame_age) / 1e6);
  });
  return result;
}

Napi::Value CameraWrap::encoder(const Napi::CallbackInfo &info) {
  Napi::Value result = info.Env().Undefined();
  if (session_) {
    session_->with_pipeline(
        [&](Pipeline &pipeline) { result = describe(info.Env(), pipeline.encoder()); });
  }
  return result;
}

void CameraWrap::keep_alive(const Napi::CallbackInfo &info) {
  if (wakeup_) wakeup_->keep_alive(info[0].As<Napi::Boolean>());
}

}  // namespace mio
