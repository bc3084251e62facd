// SPDX-License-Identifier: MIT
#include "backend/synthetic/scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "backend/synthetic/font.h"
#include "core/clock.h"

namespace mio {

namespace {

constexpr Yuv kBlack{0, 128, 128};
constexpr Yuv kWhite{255, 128, 128};
constexpr Yuv kOrange{162, 43, 181};
// White, yellow, cyan, green, magenta, red, blue at 75 %.
constexpr std::array<Yuv, 7> kBars{{{191, 128, 128},
                                    {169, 32, 143},
                                    {134, 160, 32},
                                    {112, 64, 48},
                                    {79, 192, 208},
                                    {57, 96, 224},
                                    {22, 224, 112}}};

constexpr int even(int value) { return value & ~1; }

/** 0 → 0, span → span, 2·span → 0, …: a ball between two walls. */
int bounce(uint64_t position, int span) {
  if (span <= 0) return 0;
  const auto at = static_cast<int>(position % (2 * static_cast<uint64_t>(span)));
  return at <= span ? at : 2 * span - at;
}

}  // namespace

Scene::Scene(const Look &look)
    : look_(look),
      scale_(std::max(2, even(look.height / 120))),
      background_(Canvas::bytes(look.stride, look.height)) {
  const Canvas to = canvas(background_.data());
  const int bar_count = static_cast<int>(kBars.size());
  for (int i = 0; i < bar_count; ++i) {
    const int left = even(look.width * i / bar_count);
    const int right = i + 1 == bar_count ? look.width : even(look.width * (i + 1) / bar_count);
    Yuv colour = kBars[static_cast<size_t>(i)];
    colour.y = static_cast<uint8_t>(std::clamp(colour.y + look.brightness * 128, 0.0, 255.0));
    fill(to, {left, 0, right - left, look.height}, colour);
  }
  zone_plate(to);
  text(to, 2 * scale_, 2 * scale_, scale_, "SYNTHETIC");
}

void Scene::paint_all(uint8_t *data, std::vector<Rectangle> &dirty) const {
  std::memcpy(data, background_.data(), background_.size());
  dirty.clear();
}

void Scene::paint(uint8_t *data, std::vector<Rectangle> &dirty, uint64_t sequence,
                  int64_t wall_ns) const {
  const Canvas to = canvas(data);
  for (const Rectangle &r : dirty) restore(to, r);
  dirty.clear();

  dirty.push_back(ball(to, sequence));

  std::array<char, 64> words{};
  std::snprintf(words.data(), words.size(), "#%08llu", static_cast<unsigned long long>(sequence));
  const int line = (kGlyphHeight + 3) * scale_;
  dirty.push_back(text(to, 2 * scale_, look_.height - 2 * line, scale_, words.data()));

  const time_t seconds = wall_ns / kNanosPerSecond;
  tm local{};
  localtime_r(&seconds, &local);
  const size_t length = std::strftime(words.data(), words.size(), "%Y-%m-%d %H:%M:%S", &local);
  std::snprintf(words.data() + length, words.size() - length, ".%03d",
                static_cast<int>(wall_ns / 1'000'000 % 1000));
  dirty.push_back(text(to, 2 * scale_, look_.height - line, scale_, words.data()));
}

/**
 * Rings that grow finer to both sides, in the lower part: what shows the sharpness of a lens or a
 * scaler, and what makes a JPEG of this picture as large as one of a real room.
 */
void Scene::zone_plate(const Canvas &to) const {
  const int top = even(look_.height * 5 / 8);
  const int bottom = even(look_.height * 7 / 8);
  const double centre_x = look_.width / 2.0;
  const double centre_y = (top + bottom) / 2.0;
  // At the edge a period is four pixels: half of what a sampled picture can hold.
  const double growth = M_PI / 4 / centre_x;
  fill(to, {0, top, look_.width, bottom - top}, kBlack);
  for (int y = top; y < bottom; ++y) {
    for (int x = 0; x < look_.width; ++x) {
      const double square = (x - centre_x) * (x - centre_x) + (y - centre_y) * (y - centre_y);
      const Rectangle at = placed({x, y, 1, 1});
      to.y()[static_cast<ptrdiff_t>(at.y) * to.stride + at.x] =
          static_cast<uint8_t>(128 + 90 * std::cos(growth * square));
    }
  }
}

Rectangle Scene::placed(Rectangle r) const {
  r.width = std::min(r.x + r.width, look_.width) - std::max(r.x, 0);
  r.height = std::min(r.y + r.height, look_.height) - std::max(r.y, 0);
  r.x = std::max(r.x, 0);
  r.y = std::max(r.y, 0);
  if (look_.mirror_x) r.x = look_.width - r.x - r.width;
  if (look_.mirror_y) r.y = look_.height - r.y - r.height;
  return r;
}

// x, y, width and height are even, so that luma and chroma agree.
void Scene::fill(const Canvas &to, Rectangle r, Yuv colour) const {
  r = placed(r);
  if (r.width <= 0 || r.height <= 0) return;
  for (int y = r.y; y < r.y + r.height; ++y) {
    std::memset(to.y() + static_cast<ptrdiff_t>(y) * to.stride + r.x, colour.y,
                static_cast<size_t>(r.width));
  }
  for (int y = r.y / 2; y < (r.y + r.height) / 2; ++y) {
    const ptrdiff_t at = static_cast<ptrdiff_t>(y) * (to.stride / 2) + r.x / 2;
    std::memset(to.u() + at, colour.u, static_cast<size_t>(r.width / 2));
    std::memset(to.v() + at, colour.v, static_cast<size_t>(r.width / 2));
  }
}

Rectangle Scene::text(const Canvas &to, int x, int y, int scale, std::string_view words) const {
  const int advance = (kGlyphWidth + 1) * scale;
  const Rectangle box{x, y, advance * static_cast<int>(words.size()) + scale,
                      (kGlyphHeight + 2) * scale};
  fill(to, box, kBlack);
  // White on black differs in luma alone. Each row of dots is made once and copied as often as it
  // is high.
  const Rectangle seen = placed(box);
  std::vector<uint8_t> line(static_cast<size_t>(box.width));
  for (int row = 0; row < kGlyphHeight; ++row) {
    std::fill(line.begin(), line.end(), kBlack.y);
    for (size_t i = 0; i < words.size(); ++i) {
      const uint8_t dots = glyph_of(words[i])[static_cast<size_t>(row)];
      auto at = line.begin() + scale + advance * static_cast<int>(i);
      for (int bit = kGlyphWidth - 1; bit >= 0; --bit, at += scale) {
        if ((dots >> bit & 1) != 0) std::fill_n(at, scale, kWhite.y);
      }
    }
    if (look_.mirror_x) std::reverse(line.begin(), line.end());
    for (int repeat = 0; repeat < scale; ++repeat) {
      const int down = (row + 1) * scale + repeat;
      if (down >= seen.height) break;
      const int at = look_.mirror_y ? seen.y + seen.height - 1 - down : seen.y + down;
      const size_t cut = look_.mirror_x ? line.size() - static_cast<size_t>(seen.width) : 0;
      std::memcpy(to.y() + static_cast<ptrdiff_t>(at) * to.stride + seen.x, line.data() + cut,
                  static_cast<size_t>(seen.width));
    }
  }
  return box;
}

Rectangle Scene::ball(const Canvas &to, uint64_t sequence) const {
  const int size = std::max(4, look_.height / 8 & ~3);
  const int top = (kGlyphHeight + 4) * scale_;
  const int bottom = look_.height - 2 * (kGlyphHeight + 4) * scale_;
  const Rectangle box{even(bounce(sequence * 6, look_.width - size)),
                      top + even(bounce(sequence * 4, bottom - top - size)), size, size};
  const double radius = size / 2.0;
  for (int y = 0; y < size; y += 2) {
    const double distance = y + 1 - radius;
    const int half = even(static_cast<int>(std::sqrt(radius * radius - distance * distance)));
    fill(to, {box.x + size / 2 - half, box.y + y, 2 * half, 2}, kOrange);
  }
  return box;
}

void Scene::restore(const Canvas &to, Rectangle r) const {
  r = placed(r);
  if (r.width <= 0 || r.height <= 0) return;
  const auto copy = [&](uint8_t *to_plane, size_t offset, int stride, Rectangle area) {
    const uint8_t *from_plane = background_.data() + offset;
    for (int y = area.y; y < area.y + area.height; ++y) {
      const ptrdiff_t at = static_cast<ptrdiff_t>(y) * stride + area.x;
      std::memcpy(to_plane + at, from_plane + at, static_cast<size_t>(area.width));
    }
  };
  const Rectangle half{r.x / 2, r.y / 2, r.width / 2, r.height / 2};
  copy(to.y(), 0, to.stride, r);
  copy(to.u(), static_cast<size_t>(to.u() - to.y()), to.stride / 2, half);
  copy(to.v(), static_cast<size_t>(to.v() - to.y()), to.stride / 2, half);
}

}  // namespace mio
