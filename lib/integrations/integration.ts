import type { Place } from './place.ts'

/** Text to paste into a file or a field. */
export interface Snippet {
  readonly title: string
  readonly language: 'yaml' | 'ini' | 'json' | 'html' | 'text'
  readonly text: string
}

/** Values for the fields of a form. */
export interface Form {
  readonly title: string
  readonly fields: Readonly<Record<string, string>>
}

/** How one other program is told to use the camera. */
export interface Integration {
  /** In URLs and file names, e.g. `home-assistant`. */
  readonly id: string
  /** As it calls itself. */
  readonly name: string
  /** Who opens the URLs: each must be able to reach this service. `localhost` is wrong for both in nearly every setup. */
  readonly opens: 'browser' | 'server' | 'both'
  readonly parts: readonly (Snippet | Form)[]
  /** What costs people hours. */
  readonly pitfall: string
}

export type MakeIntegration = (place: Place) => Integration

export function isForm(part: Snippet | Form): part is Form {
  return 'fields' in part
}
