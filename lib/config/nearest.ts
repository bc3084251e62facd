/** The word among `words` that `typed` was most likely meant to be; undefined when none is near. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, distance: editDistance(typed.toLowerCase(), word.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  if (!best) return undefined
  // A word that only lacks letters, as MIO_QUALITY does of MIO_JPEG_QUALITY, may lack more than a typing error does.
  const lacksOnly = best.distance === best.word.length - typed.length
  return best.distance <= Math.max(2, typed.length / (lacksOnly ? 2 : 3)) ? best.word : undefined
}

/** Levenshtein's: insertions, deletions and replacements from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...to].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row[to.length]!
}
