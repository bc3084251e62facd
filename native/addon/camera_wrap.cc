// SPDX-License-Identifier: MIT
#include "addon/camera_wrap.h"

#include <chrono>
#include <utility>

#include "addon/control_values.h"
#include "addon/describe.h"
#include "addon/pipeline_options.h"
#include "addon/promise_task.h"
#include "addon/sender_wrap.h"
#include "core/clock.h"

namespace mio {

namespace {

RawFormat raw_format_from(const Napi::Value &number) {
  return static_cast<RawFormat>(number.As<Napi::Number>().Uint32Value());
}

}  // namespace

Napi::Function CameraWrap::define(Napi::Env env) {
  return DefineClass(env, "Camera",
                     {InstanceMethod<&CameraWrap::open>("open"),
                      InstanceMethod<&CameraWrap::start>("start"),
                      InstanceMethod<&CameraWrap::opened>("opened"),
                      InstanceMethod<&CameraWrap::reconfigure>("reconfigure"),
                      InstanceMethod<&CameraWrap::still>("still"),
                      InstanceMethod<&CameraWrap::close>("close"),
                      InstanceMethod<&CameraWrap::watch>("watch"),
                      InstanceMethod<&CameraWrap::watch_raw>("watchRaw"),
                      InstanceMethod<&CameraWrap::raw_slots>("rawSlots"),
                      InstanceMethod<&CameraWrap::release_raw>("releaseRaw"),
                      InstanceMethod<&CameraWrap::feed>("feed"),
                      InstanceMethod<&CameraWrap::unfeed>("unfeed"),
                      InstanceMethod<&CameraWrap::poll>("poll"),
                      InstanceMethod<&CameraWrap::release>("release"),
                      InstanceMethod<&CameraWrap::adjust>("adjust"),
                      InstanceMethod<&CameraWrap::settings>("settings"),
                      InstanceMethod<&CameraWrap::settle>("settle"),
                      InstanceMethod<&CameraWrap::controls>("controls"),
                      InstanceMethod<&CameraWrap::metadata>("metadata"),
                      InstanceMethod<&CameraWrap::set_controls>("setControls"),
                      InstanceMethod<&CameraWrap::statistics>("statistics"),
                      InstanceMethod<&CameraWrap::encoder>("encoder"),
                      InstanceMethod<&CameraWrap::keep_alive>("keepAlive")});
}

CameraWrap::CameraWrap(const Napi::CallbackInfo &info)
    : ObjectWrap(info),
      on_frame_(Napi::Persistent(info[0].As<Napi::Function>())),
      on_fault_(Napi::Persistent(info[1].As<Napi::Function>())),
      on_encoder_(Napi::Persistent(info[2].As<Napi::Function>())),
      on_raw_(Napi::Persistent(info[3].As<Napi::Function>())),
      on_changed_(Napi::Persistent(info[4].As<Napi::Function>())) {}

CameraWrap::~CameraWrap() {
  if (session_) session_->close();
}

// open(options, settings): Promise<void>. Once for each object. No frames yet.
Napi::Value CameraWrap::open(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  const auto from = info[0].As<Napi::Object>();
  wakeup_ = std::make_unique<Wakeup>(
      env, "camera", [this](Napi::Env e) { on_wake(e); }, [this] { session_->close(); });
  session_ = std::make_shared<Session>([wakeup = wakeup_.get()] { wakeup->wake(); });
  Ref();  // until `end`: JavaScript may drop its last reference while frames come
  return PromiseTask::run(
      env, "openCamera",
      [session = session_, options = options_from(from),
       settings = info[1].As<Napi::String>().Utf8Value(),
       shared = from.Get("shared").As<Napi::Boolean>().Value()] {
        session->open(options, settings, shared);
      },
      [](Napi::Env e) { return e.Undefined(); });
}

Napi::Value CameraWrap::run(Napi::Env env, const char *name, std::function<void(Capture &)> work) {
  return PromiseTask::run(
      env, name,
      [capture = session_ ? session_->capture() : nullptr, work = std::move(work)] {
        if (!capture) throw FaultError("ERR_CAMERA_CLOSED", "it is closed");
        work(*capture);
      },
      [](Napi::Env e) { return e.Undefined(); });
}

// start(): Promise<void>, with the first good frame.
Napi::Value CameraWrap::start(const Napi::CallbackInfo &info) {
  return run(info.Env(), "startCamera", [](Capture &capture) { capture.start(); });
}

// reconfigure(options, settings): Promise<void>
Napi::Value CameraWrap::reconfigure(const Napi::CallbackInfo &info) {
  return run(info.Env(), "reconfigureCamera",
             [options = options_from(info[0].As<Napi::Object>()),
              settings = info[1].As<Napi::String>().Utf8Value()](Capture &capture) {
               capture.reconfigure(options, settings);
             });
}

// adjust(options, settings): Promise<void>, without a stop
Napi::Value CameraWrap::adjust(const Napi::CallbackInfo &info) {
  return run(info.Env(), "adjustCamera",
             [options = options_from(info[0].As<Napi::Object>()),
              settings = info[1].As<Napi::String>().Utf8Value()](Capture &capture) {
               capture.adjust(options, settings);
             });
}

// settings(): string | undefined, those that the camera runs with, whoever has set them
Napi::Value CameraWrap::settings(const Napi::CallbackInfo &info) {
  const auto capture = session_ ? session_->capture() : nullptr;
  if (!capture) return info.Env().Undefined();
  return Napi::String::New(info.Env(), capture->settings());
}

// settle(): Promise<void>, when nothing that takes a while is under way
Napi::Value CameraWrap::settle(const Napi::CallbackInfo &info) {
  return run(info.Env(), "settleCamera", [](Capture &capture) { capture.settle(); });
}

// still(milliseconds): Promise<{ data, width, height, sequence, timestamp, monotonic }>
Napi::Value CameraWrap::still(const Napi::CallbackInfo &info) {
  const std::chrono::milliseconds timeout(info[0].As<Napi::Number>().Uint32Value());
  const auto taken = std::make_shared<Still>();
  return PromiseTask::run(
      info.Env(), "takeStill",
      [capture = session_->capture(), timeout, taken] {
        if (!capture) throw FaultError("ERR_CAMERA_CLOSED", "it is closed");
        *taken = capture->still(timeout);
      },
      [taken](Napi::Env e) { return describe(e, *taken); });
}

// opened(): { mode, firstSlot, buffers } | undefined, to be asked after all that may change it;
// without firstSlot and buffers when they are still the same. Frames of a new pool are delivered
// from then on.
Napi::Value CameraWrap::opened(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  const auto capture = session_ ? session_->capture() : nullptr;
  if (!capture) return env.Undefined();
  const Capture::State state = capture->state();
  auto result = Napi::Object::New(env);
  result.Set("mode", describe(env, state.mode));
  slots_.adopt(result, state.pool);
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
  // They refer to the Camera that refers to this: neither would ever be collected, nor its Buffers.
  for (Napi::FunctionReference *listener :
       {&on_frame_, &on_fault_, &on_encoder_, &on_raw_, &on_changed_}) {
    listener->Reset();
  }
  Unref();
}

void CameraWrap::on_wake(Napi::Env env) {
  // First: frames of a new pool are only known afterwards.
  if (session_->take_changed()) {
    const Napi::HandleScope scope(env);
    call_javascript(env, on_changed_, {});
  }
  deliver_waiting(env);
  if (auto fault = session_->take_fault()) {
    const Napi::HandleScope scope(env);
    call_javascript(env, on_fault_, {make_error(env, *fault)});
  }
  for (const EncoderReport &now : session_->take_encoders()) {
    const Napi::HandleScope scope(env);
    call_javascript(env, on_encoder_, {describe(env, now)});
  }
}

void CameraWrap::deliver_waiting(Napi::Env env) {
  // The pool is known once `opened` ran; a frame that came before that, or of the last pool, is
  // dropped here.
  if (auto jpeg = session_->take_jpeg(); jpeg && slots_.know(jpeg->slot))
    deliver(env, std::move(*jpeg));
  for (size_t i = 0; i < kRawFormats; ++i) {
    if (auto frame = session_->take_raw(static_cast<RawFormat>(i));
        frame && raw_slots_[i].know(frame->slot))
      deliver(env, std::move(*frame));
  }
}

// onFrame(slot, length, sequence, wallMilliseconds, monotonicSeconds, monotonicNanoseconds, lent,
// offset)
bool CameraWrap::deliver(Napi::Env env, Jpeg jpeg) {
  const Napi::HandleScope scope(env);
  const size_t offset = SlotPool::head_room() - jpeg.head;
  const uint32_t number_of_slot = slots_.lend(std::move(jpeg.slot));
  const auto number = [env](auto value) -> napi_value {
    return Napi::Number::New(env, static_cast<double>(value));
  };
  return call_javascript(
      env, on_frame_,
      {number(number_of_slot), number(jpeg.length), number(jpeg.sequence),
       number(static_cast<double>(jpeg.wall) / 1e6), number(jpeg.timestamp / kNanosPerSecond),
       number(jpeg.timestamp % kNanosPerSecond), number(slots_.pool()->lent()), number(offset)});
}

// onRaw(format, slot, offset, width, height, sequence, wallMilliseconds, monotonicSeconds,
// monotonicNanoseconds, lent)
bool CameraWrap::deliver(Napi::Env env, RawFrame frame) {
  const Napi::HandleScope scope(env);
  const auto format = static_cast<size_t>(frame.format);
  LentSlots &slots = raw_slots_[format];
  const uint32_t number_of_slot = slots.lend(std::move(frame.slot));
  const auto number = [env](auto value) -> napi_value {
    return Napi::Number::New(env, static_cast<double>(value));
  };
  return call_javascript(env, on_raw_,
                         {number(format), number(number_of_slot), number(SlotPool::head_room()),
                          number(frame.width), number(frame.height), number(frame.sequence),
                          number(static_cast<double>(wall_ns(frame.timestamp)) / 1e6),
                          number(frame.timestamp / kNanosPerSecond),
                          number(frame.timestamp % kNanosPerSecond), number(slots.pool()->lent())});
}

// watchRaw(format, watched): 0 is YUV420, 1 is NV12
void CameraWrap::watch_raw(const Napi::CallbackInfo &info) {
  const bool watched = info[1].As<Napi::Boolean>();
  if (!session_) return;
  try {
    session_->watch_raw(raw_format_from(info[0]), watched);
  } catch (const FaultError &e) {
    throw Napi::Error(info.Env(), make_error(info.Env(), e.fault()));
  }
}

// rawSlots(format): { firstSlot, buffers }, both left out when they are still the same
Napi::Value CameraWrap::raw_slots(const Napi::CallbackInfo &info) {
  const RawFormat format = raw_format_from(info[0]);
  auto result = Napi::Object::New(info.Env());
  const auto capture = session_ ? session_->capture() : nullptr;
  if (!capture) return result;
  const auto at = static_cast<size_t>(format);
  if (const auto pool = capture->state().raw_pools[at]) raw_slots_[at].adopt(result, pool);
  return result;
}

void CameraWrap::release_raw(const Napi::CallbackInfo &info) {
  raw_slots_[static_cast<size_t>(raw_format_from(info[0]))].release(
      info[1].As<Napi::Number>().Uint32Value());
}

void CameraWrap::watch(const Napi::CallbackInfo &info) {
  const bool watched = info[0].As<Napi::Boolean>();
  if (session_) session_->watch(watched);
}

// feed(sender, reservedSlots): frames go to it without JavaScript
void CameraWrap::feed(const Napi::CallbackInfo &info) {
  if (session_) session_->feed(SenderWrap::of(info[0]), info[1].As<Napi::Number>().Uint32Value());
}

void CameraWrap::unfeed(const Napi::CallbackInfo &info) {
  if (session_) session_->unfeed(SenderWrap::of(info[0]));
}

// poll(): calls onFrame now if a frame waits
void CameraWrap::poll(const Napi::CallbackInfo &info) {
  if (session_) deliver_waiting(info.Env());
}

void CameraWrap::release(const Napi::CallbackInfo &info) {
  slots_.release(info[0].As<Napi::Number>().Uint32Value());
}

// metadata(): { name: value }
Napi::Value CameraWrap::metadata(const Napi::CallbackInfo &info) {
  auto values = Napi::Object::New(info.Env());
  if (session_) {
    session_->with_pipeline([&](Pipeline &pipeline) {
      pipeline.camera().metadata(
          [](void *context, const char *name, const mio_value *value) {
            auto *to = static_cast<Napi::Object *>(context);
            to->Set(name, to_javascript(to->Env(), *value));
          },
          &values);
    });
  }
  return values;
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

// setControls([{ id, type, isArray, numbers }]): Promise<void>
Napi::Value CameraWrap::set_controls(const Napi::CallbackInfo &info) {
  const auto from = info[0].As<Napi::Array>();
  std::vector<ControlSetting> settings;
  settings.reserve(from.Length());
  for (uint32_t i = 0; i < from.Length(); ++i)
    settings.emplace_back(from.Get(i).As<Napi::Object>());
  return run(info.Env(), "setControls", [settings = std::move(settings)](Capture &capture) {
    std::vector<mio_control_setting> views;
    views.reserve(settings.size());
    for (const ControlSetting &setting : settings) views.push_back(setting.view());
    capture.set_controls(views.data(), views.size());
  });
}

Napi::Value CameraWrap::statistics(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  auto result = Napi::Object::New(env);
  const auto set = [&](const char *key, auto value) {
    result.Set(key, Napi::Number::New(env, static_cast<double>(value)));
  };
  if (!session_) return result;
  set("superseded", session_->superseded() + session_->fed().superseded());
  set("fed", session_->fed().fed());
  set("copiedFrames", session_->fed().copied_frames());
  set("copiedBytes", session_->fed().copied_bytes());
  if (const auto &pool = slots_.pool()) {
    set("slots", pool->count());
    set("lent", pool->lent());
  }
  size_t raw_slots = 0;
  size_t raw_lent = 0;
  for (const LentSlots &slots : raw_slots_) {
    raw_slots += slots.pool() ? slots.pool()->count() : 0;
    raw_lent += slots.pool() ? slots.pool()->lent() : 0;
  }
  set("rawSlots", raw_slots);
  set("rawLent", raw_lent);
  // Once closed, what is left to tell is which slots are still lent.
  session_->with_pipeline([&](Pipeline &pipeline) {
    const PipelineStatistics s = pipeline.statistics();
    set("captured", s.captured);
    set("encoded", s.encoded);
    set("unwatched", s.unwatched);
    set("unsettled", s.unsettled);
    set("noSlot", s.no_slot);
    set("encoderBusy", s.encoder_busy);
    set("marked", s.marked);
    set("truncated", s.truncated);
    set("encoderFailed", s.encoder_failed);
    set("rawMissed", s.raw_missed);
    set("fps", s.fps);
    set("quality", s.quality);
    if (s.last_frame_age) set("lastFrameAge", static_cast<double>(*s.last_frame_age) / 1e6);
  });
  return result;
}

// encoder(): undefined once closed
Napi::Value CameraWrap::encoder(const Napi::CallbackInfo &info) {
  const auto capture = session_ ? session_->capture() : nullptr;
  if (!capture) return info.Env().Undefined();
  return describe(info.Env(), capture->state().encoder);
}

void CameraWrap::keep_alive(const Napi::CallbackInfo &info) {
  if (wakeup_) wakeup_->keep_alive(info[0].As<Napi::Boolean>());
}

}  // namespace mio
