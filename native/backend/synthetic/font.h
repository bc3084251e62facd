// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

namespace mio {

/** A glyph of 5 × 7 dots: seven rows, bit 4 is the leftmost dot. */
using Glyph = std::array<uint8_t, 7>;
inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;

/** The glyph of a digit, a capital letter or one of `:.-#`; anything else is a space. */
const Glyph &glyph_of(char c);

}  // namespace mio
