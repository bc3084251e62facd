// SPDX-License-Identifier: MIT
#include "addon/control_values.h"

#include <array>

namespace mio {

namespace {

struct TypeName {
  mio_value_type type;
  const char *name;
};

constexpr std::array<TypeName, 7> kTypeNames{{
    {MIO_VALUE_BOOL, "boolean"},
    {MIO_VALUE_INTEGER, "integer"},
    {MIO_VALUE_FLOAT, "float"},
    {MIO_VALUE_STRING, "string"},
    {MIO_VALUE_RECTANGLE, "rectangle"},
    {MIO_VALUE_SIZE, "size"},
    {MIO_VALUE_POINT, "point"},
}};

const char *name_of(mio_value_type type) {
  for (const TypeName &one : kTypeNames) {
    if (one.type == type) return one.name;
  }
  return "unknown";
}

mio_value_type type_named(const std::string &name) {
  for (const TypeName &one : kTypeNames) {
    if (name == one.name) return one.type;
  }
  return MIO_VALUE_NONE;
}

std::vector<const char *> members_of(mio_value_type type) {
  switch (type) {
    case MIO_VALUE_RECTANGLE:
      return {"x", "y", "width", "height"};
    case MIO_VALUE_SIZE:
      return {"width", "height"};
    case MIO_VALUE_POINT:
      return {"x", "y"};
    default:
      return {};
  }
}

Napi::Value element(Napi::Env env, mio_value_type type, const double *numbers) {
  const auto members = members_of(type);
  if (type == MIO_VALUE_BOOL) return Napi::Boolean::New(env, *numbers != 0);
  if (members.empty()) return Napi::Number::New(env, *numbers);
  auto object = Napi::Object::New(env);
  for (size_t i = 0; i < members.size(); ++i)
    object.Set(members[i], Napi::Number::New(env, numbers[i]));
  return object;
}

}  // namespace

Napi::Value to_javascript(Napi::Env env, const mio_value &value) {
  if (value.type == MIO_VALUE_NONE) return env.Undefined();
  if (value.type == MIO_VALUE_STRING) return Napi::String::New(env, value.text);
  const size_t members = members_of(value.type).size();
  const size_t step = members == 0 ? 1 : members;
  if (value.is_array == 0) {
    return value.number_count < step ? env.Undefined() : element(env, value.type, value.numbers);
  }
  auto array = Napi::Array::New(env);
  for (size_t i = 0; i + step <= value.number_count; i += step) {
    array.Set(static_cast<uint32_t>(i / step), element(env, value.type, value.numbers + i));
  }
  return array;
}

Napi::Object to_javascript(Napi::Env env, const mio_control &control) {
  auto object = Napi::Object::New(env);
  object.Set("id", Napi::Number::New(env, control.id));
  object.Set("name", control.name);
  object.Set("vendor", control.vendor);
  object.Set("type", name_of(control.type));
  object.Set("isArray", Napi::Boolean::New(env, control.is_array != 0));
  if (control.size != 0)
    object.Set("size", Napi::Number::New(env, static_cast<double>(control.size)));
  object.Set("min", to_javascript(env, control.minimum));
  object.Set("max", to_javascript(env, control.maximum));
  object.Set("default", to_javascript(env, control.initial));
  if (control.enumerator_count > 0) {
    auto names = Napi::Object::New(env);
    for (size_t i = 0; i < control.enumerator_count; ++i) {
      names.Set(control.enumerators[i].name, Napi::Number::New(env, control.enumerators[i].value));
    }
    object.Set("enumerators", names);
  }
  return object;
}

ControlSetting::ControlSetting(const Napi::Object &setting)
    : id(setting.Get("id").As<Napi::Number>().Uint32Value()),
      type(type_named(setting.Get("type").As<Napi::String>())),
      is_array(setting.Get("isArray").As<Napi::Boolean>()) {
  const auto values = setting.Get("numbers").As<Napi::Array>();
  for (uint32_t i = 0; i < values.Length(); ++i) {
    numbers.push_back(values.Get(i).As<Napi::Number>().DoubleValue());
  }
}

}  // namespace mio
