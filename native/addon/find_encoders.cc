// SPDX-License-Identifier: MIT
#include "addon/find_encoders.h"

#include <memory>

#include "addon/promise_task.h"
#include "encoder/v4l2/m2m_survey.h"

namespace mio {

Napi::Value find_encoders(const Napi::CallbackInfo &info) {
  const auto found = std::make_shared<M2mDiscovery>();
  return PromiseTask::run(
      info.Env(), "findEncoders",
      [found, width = info[0].As<Napi::Number>().Uint32Value(),
       height = info[1].As<Napi::Number>().Uint32Value()] {
        *found = survey_m2m_encoders(width, height);
      },
      [found](Napi::Env env) {
        auto candidates = Napi::Array::New(env);
        for (const M2mCandidate &one : found->candidates)
          candidates.Set(candidates.Length(), one.path);
        auto refusals = Napi::Array::New(env);
        for (const EncoderRefusal &one : found->refusals) {
          auto refusal = Napi::Object::New(env);
          refusal.Set("device", one.device);
          refusal.Set("why", one.why);
          refusals.Set(refusals.Length(), refusal);
        }
        auto result = Napi::Object::New(env);
        result.Set("candidates", candidates);
        result.Set("refusals", refusals);
        return result;
      });
}

}  // namespace mio
