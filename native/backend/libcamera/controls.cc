// SPDX-License-Identifier: MIT
#include "backend/libcamera/controls.h"

#include <libcamera/control_ids.h>
#include <libcamera/geometry.h>

#include <memory>

#include "core/fault.h"

namespace mio {

namespace {

using libcamera::ControlType;
using libcamera::ControlValue;
using libcamera::Point;
using libcamera::Rectangle;
using libcamera::Size;
using libcamera::Span;

mio_value_type type_of(ControlType type) {
  switch (type) {
    case libcamera::ControlTypeBool:
      return MIO_VALUE_BOOL;
    case libcamera::ControlTypeByte:
    case libcamera::ControlTypeUnsigned16:
    case libcamera::ControlTypeUnsigned32:
    case libcamera::ControlTypeInteger32:
    case libcamera::ControlTypeInteger64:
      return MIO_VALUE_INTEGER;
    case libcamera::ControlTypeFloat:
      return MIO_VALUE_FLOAT;
    case libcamera::ControlTypeString:
      return MIO_VALUE_STRING;
    case libcamera::ControlTypeRectangle:
      return MIO_VALUE_RECTANGLE;
    case libcamera::ControlTypeSize:
      return MIO_VALUE_SIZE;
    case libcamera::ControlTypePoint:
      return MIO_VALUE_POINT;
    default:
      return MIO_VALUE_NONE;  // a type of a later libcamera
  }
}

size_t numbers_per_element(ControlType type) {
  switch (type) {
    case libcamera::ControlTypeRectangle:
      return 4;
    case libcamera::ControlTypeSize:
    case libcamera::ControlTypePoint:
      return 2;
    default:
      return 1;
  }
}

void append(std::vector<double> &to, const Rectangle &r) {
  to.insert(to.end(), {static_cast<double>(r.x), static_cast<double>(r.y),
                       static_cast<double>(r.width), static_cast<double>(r.height)});
}
void append(std::vector<double> &to, const Size &s) {
  to.insert(to.end(), {static_cast<double>(s.width), static_cast<double>(s.height)});
}
void append(std::vector<double> &to, const Point &p) {
  to.insert(to.end(), {static_cast<double>(p.x), static_cast<double>(p.y)});
}
template <typename T>
void append(std::vector<double> &to, const T &number) {
  to.push_back(static_cast<double>(number));
}

template <typename T>
void append_all(std::vector<double> &to, const ControlValue &value) {
  // The raw bytes serve arrays and single values alike.
  const Span<const uint8_t> bytes = value.data();
  const auto *elements = reinterpret_cast<const T *>(bytes.data());
  for (size_t i = 0; i < value.numElements(); ++i) append(to, elements[i]);
}

template <typename T>
T element(const double *numbers) {
  return static_cast<T>(*numbers);
}
template <>
Rectangle element(const double *n) {
  return {static_cast<int>(n[0]), static_cast<int>(n[1]), static_cast<unsigned>(n[2]),
          static_cast<unsigned>(n[3])};
}
template <>
Size element(const double *n) {
  return {static_cast<unsigned>(n[0]), static_cast<unsigned>(n[1])};
}
template <>
Point element(const double *n) {
  return {static_cast<int>(n[0]), static_cast<int>(n[1])};
}

template <typename T>
ControlValue make(const mio_value &value, bool is_array, size_t step) {
  if (!is_array) return ControlValue(element<T>(value.numbers));
  const size_t count = value.number_count / step;
  // Not a vector: vector<bool> has no array in it.
  const auto elements = std::make_unique<T[]>(count);
  for (size_t i = 0; i < count; ++i) elements[i] = element<T>(value.numbers + i * step);
  return ControlValue(Span<const T>(elements.get(), count));
}

}  // namespace

ControlValueView::ControlValueView(const ControlValue &value)
    : type_(type_of(value.type())), is_array_(value.isArray()) {
  switch (value.type()) {
    case libcamera::ControlTypeBool:
      append_all<bool>(numbers_, value);
      break;
    case libcamera::ControlTypeByte:
      append_all<uint8_t>(numbers_, value);
      break;
    case libcamera::ControlTypeUnsigned16:
      append_all<uint16_t>(numbers_, value);
      break;
    case libcamera::ControlTypeUnsigned32:
      append_all<uint32_t>(numbers_, value);
      break;
    case libcamera::ControlTypeInteger32:
      append_all<int32_t>(numbers_, value);
      break;
    case libcamera::ControlTypeInteger64:
      append_all<int64_t>(numbers_, value);
      break;
    case libcamera::ControlTypeFloat:
      append_all<float>(numbers_, value);
      break;
    case libcamera::ControlTypeRectangle:
      append_all<Rectangle>(numbers_, value);
      break;
    case libcamera::ControlTypeSize:
      append_all<Size>(numbers_, value);
      break;
    case libcamera::ControlTypePoint:
      append_all<Point>(numbers_, value);
      break;
    // toString(), because get<std::string>() became get<std::string_view>() in libcamera 0.6.
    case libcamera::ControlTypeString:
      text_ = value.toString();
      break;
    default:
      break;
  }
}

mio_value ControlValueView::get() const {
  return {type_, is_array_ ? 1 : 0, numbers_.size(), numbers_.data(), text_.c_str()};
}

ControlValue make_control_value(const libcamera::ControlId &id, const mio_value &value) {
  const size_t step = numbers_per_element(id.type());
  const bool fits = id.isArray() ? value.number_count % step == 0 : value.number_count == step;
  if (id.type() != libcamera::ControlTypeString && !fits) {
    throw FaultError("ERR_INVALID_OPTION", "the control " + id.name() + " takes " +
                                               std::to_string(step) + " numbers an element, not " +
                                               std::to_string(value.number_count));
  }
  const bool is_array = id.isArray();
  switch (id.type()) {
    case libcamera::ControlTypeBool:
      return make<bool>(value, is_array, step);
    case libcamera::ControlTypeByte:
      return make<uint8_t>(value, is_array, step);
    case libcamera::ControlTypeUnsigned16:
      return make<uint16_t>(value, is_array, step);
    case libcamera::ControlTypeUnsigned32:
      return make<uint32_t>(value, is_array, step);
    case libcamera::ControlTypeInteger32:
      return make<int32_t>(value, is_array, step);
    case libcamera::ControlTypeInteger64:
      return make<int64_t>(value, is_array, step);
    case libcamera::ControlTypeFloat:
      return make<float>(value, is_array, step);
    case libcamera::ControlTypeRectangle:
      return make<Rectangle>(value, is_array, step);
    case libcamera::ControlTypeSize:
      return make<Size>(value, is_array, step);
    case libcamera::ControlTypePoint:
      return make<Point>(value, is_array, step);
    default:
      throw FaultError("ERR_INVALID_OPTION", "the control " + id.name() + " cannot be set");
  }
}

void describe_controls(const libcamera::ControlInfoMap &controls,
                       void (*each)(void *context, const mio_control *control), void *context) {
  for (const auto &[id, info] : controls) {
    const ControlValueView minimum(info.min());
    const ControlValueView maximum(info.max());
    const ControlValueView initial(info.def());
    std::vector<mio_enumerator> enumerators;
    for (const auto &[value, name] : id->enumerators()) {
      bool offered = info.values().empty();
      for (const ControlValue &one : info.values()) {
        offered = offered || (!one.isArray() && one.type() == libcamera::ControlTypeInteger32 &&
                              one.get<int32_t>() == value);
      }
      if (offered) enumerators.push_back({static_cast<double>(value), name.c_str()});
    }
    const mio_control control{id->id(), id->name().c_str(), id->vendor().c_str(),
                              type_of(id->type()), id->isArray() ? 1 : 0,
                              // A control of any length says SIZE_MAX.
                              id->size() == libcamera::dynamic_extent ? 0 : id->size(),
                              minimum.get(), maximum.get(), initial.get(), enumerators.size(),
                              enumerators.data()};
    each(context, &control);
  }
}

const libcamera::ControlId *find_control(const libcamera::ControlInfoMap &controls,
                                         const std::string &name) {
  for (const auto &[id, info] : controls) {
    if (id->name() == name) return id;
  }
  return nullptr;
}

}  // namespace mio
