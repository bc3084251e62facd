/** The first of a list, and how many more there are. */
export function few(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

/** E.g. `64 MB`, in the megabytes of 1024² bytes that cma= takes. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`
}
