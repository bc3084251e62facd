// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mio {

/** Full-range Y′CbCr as JPEG has it (ITU-T T.871). */
struct Yuv {
  uint8_t y, u, v;
};

/** A YUV420 picture: three planes in one piece of memory. All sizes even. */
struct Canvas {
  uint8_t *data;
  int width, height;
  int stride; /**< of the luma plane, bytes; chroma has half */

  static size_t bytes(int stride, int height) {
    return static_cast<size_t>(stride) * height * 3 / 2;
  }
  uint8_t *y() const { return data; }
  uint8_t *u() const { return data + static_cast<size_t>(stride) * height; }
  uint8_t *v() const { return u() + static_cast<size_t>(stride / 2) * (height / 2); }
};

struct Rectangle {
  int x, y, width, height;
};

/**
 * What the synthetic camera sees: colour bars, a zone plate, the word SYNTHETIC, a ball on its way,
 * the frame's number and the wall clock. The background is painted once; a frame repaints only what
 * moves.
 */
class Scene {
 public:
  struct Look {
    int width, height, stride;
    bool mirror_x, mirror_y;
    double brightness; /**< -1 to 1, as libcamera's Brightness */
  };

  explicit Scene(const Look &look);

  /** Everything, into a buffer of unknown content. Forgets what was painted there before. */
  void paint_all(uint8_t *data, std::vector<Rectangle> &dirty) const;

  /** Restores `dirty`, what the last call painted into this buffer, and paints frame `sequence`. */
  void paint(uint8_t *data, std::vector<Rectangle> &dirty, uint64_t sequence,
             int64_t wall_ns) const;

 private:
  Canvas canvas(uint8_t *data) const { return {data, look_.width, look_.height, look_.stride}; }
  /** Cut to the canvas, then mirrored as the look says. */
  Rectangle placed(Rectangle r) const;
  void fill(const Canvas &to, Rectangle r, Yuv colour) const;
  void zone_plate(const Canvas &to) const;
  Rectangle text(const Canvas &to, int x, int y, int scale, std::string_view words) const;
  Rectangle ball(const Canvas &to, uint64_t sequence) const;
  void restore(const Canvas &to, Rectangle r) const;

  Look look_;
  int scale_;
  std::vector<uint8_t> background_;
};

}  // namespace mio
