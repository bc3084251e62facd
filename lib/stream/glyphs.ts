/**
 * Capital letters, digits and some signs, 5 × 7 dots: one character of base 32 per row. The placeholder
 * is drawn with these because a slim container image has no fonts, and an SVG's text is then empty.
 */
// prettier-ignore
const glyphs: Record<string, string> = {
  A: 'ehhvhhh', B: 'uhhuhhu', C: 'ehggghe', D: 'uhhhhhu', E: 'vgguggv', F: 'vgguggg', G: 'ehgnhhf', H: 'hhhvhhh',
  I: 'e44444e', J: '72222ic', K: 'hikokih', L: 'ggggggv', M: 'hrllhhh', N: 'hhpljhh', O: 'ehhhhhe', P: 'uhhuggg',
  Q: 'ehhhlid', R: 'uhhukih', S: 'fgge11u', T: 'v444444', U: 'hhhhhhe', V: 'hhhhha4', W: 'hhhllla', X: 'hha4ahh',
  Y: 'hhha444', Z: 'v1248gv', 0: 'ehjlphe', 1: '4c4444e', 2: 'eh1248v', 3: 'v2421he', 4: '26aiv22', 5: 'vgu11he',
  6: '68guhhe', 7: 'v124888', 8: 'ehhehhe', 9: 'ehhf12c', ' ': '0000000', '.': '00000cc', ':': '0cc0cc0',
  '-': '000v000', _: '000000v', '·': '00cc000', '/': '01248g0', '?': 'eh12404', '(': '2488842', ')': '8422248',
}

const advance = 6

/** Width of a text in dots. */
export function textWidth(text: string): number {
  return Math.max(0, text.length * advance - 1)
}

/** SVG path data of a text, one unit per dot, from (0, 0) to ({@link textWidth}, 7). What has no glyph becomes `?`. */
export function textPath(text: string): string {
  return [...text.toUpperCase()].map((character, index) => glyphPath(character, index * advance)).join('')
}

function glyphPath(character: string, left: number): string {
  const rows = glyphs[character] ?? glyphs['?'] ?? ''
  let path = ''
  for (const [y, row] of [...rows].entries()) {
    const dots = Number.parseInt(row, 32)
    for (let x = 0; x < 5; x++) {
      if (dots & (16 >> x)) path += `M${left + x} ${y}h1v1h-1z`
    }
  }
  return path
}
