/** A set-up that cannot go on, in one sentence: what is missing and what to do. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError'
}
