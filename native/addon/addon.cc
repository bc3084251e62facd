// SPDX-License-Identifier: MIT
#include <napi.h>

#include <memory>
#include <string>
#include <vector>

#include "addon/addon_data.h"
#include "addon/camera_watch.h"
#include "addon/camera_wrap.h"
#include "addon/find_encoders.h"
#include "addon/log_listener.h"
#include "addon/promise_task.h"
#include "addon/sender_wrap.h"
#include "backend/registry.h"
#include "core/tcp.h"

namespace {

Napi::Array offers_of(Napi::Env env, const mio::CameraInfo &camera) {
  auto offers = Napi::Array::New(env, camera.offers.size());
  for (uint32_t i = 0; i < offers.Length(); ++i) {
    const mio::Offer &offer = camera.offers[i];
    auto one = Napi::Object::New(env);
    one.Set("format", offer.format);
    one.Set("bitDepth", offer.bit_depth);
    one.Set("width", offer.width);
    one.Set("height", offer.height);
    one.Set("maxWidth", offer.max_width);
    one.Set("maxHeight", offer.max_height);
    offers.Set(i, one);
  }
  return offers;
}

// listCameras(backend): Promise<{ version, builtFor, cameras: { id, model, offers }[] }>
Napi::Value list_cameras(const Napi::CallbackInfo &info) {
  struct Listing {
    std::string version;
    std::string built_for;
    std::vector<mio::CameraInfo> cameras;
  };
  const auto listing = std::make_shared<Listing>();
  return mio::PromiseTask::run(
      info.Env(), "listCameras",
      [listing, name = info[0].As<Napi::String>().Utf8Value()] {
        const auto backend = mio::Backend::acquire(name);
        *listing = {backend->table().version(), backend->table().built_for, backend->list()};
      },
      [listing](Napi::Env env) {
        auto cameras = Napi::Array::New(env);
        for (const mio::CameraInfo &camera : listing->cameras) {
          auto one = Napi::Object::New(env);
          one.Set("id", camera.id);
          one.Set("model", camera.model);
          one.Set("offers", offers_of(env, camera));
          cameras.Set(cameras.Length(), one);
        }
        auto result = Napi::Object::New(env);
        result.Set("version", listing->version);
        result.Set("builtFor", listing->built_for);
        result.Set("cameras", cameras);
        return result;
      });
}

// limitBacklog(descriptor, bytes): boolean
Napi::Value limit_backlog(const Napi::CallbackInfo &info) {
  return Napi::Boolean::New(info.Env(),
                            mio::limit_backlog(info[0].As<Napi::Number>().Int32Value(),
                                               info[1].As<Napi::Number>().Uint32Value()));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  mio::AddonData::install(env);
  exports.Set("Camera", mio::CameraWrap::define(env));
  exports.Set("Sender", mio::SenderWrap::define(env));
  exports.Set("CameraWatch", mio::CameraWatch::define(env));
  exports.Set("listCameras", Napi::Function::New(env, list_cameras, "listCameras"));
  exports.Set("limitBacklog", Napi::Function::New(env, limit_backlog, "limitBacklog"));
  exports.Set("findEncoders", Napi::Function::New(env, mio::find_encoders, "findEncoders"));
  exports.Set("onLog", Napi::Function::New(env, mio::set_log_listener, "onLog"));
  return exports;
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)
