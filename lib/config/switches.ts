/** Flags of one command, which are no settings: they stand without a value and have no variable. */
export const switches = {
  json: { command: 'doctor', about: 'print the findings as JSON' },
  compose: { command: 'doctor', about: 'write the smallest compose file for this board to standard output' },
} as const

export type Switch = keyof typeof switches
