const token = new URLSearchParams(location.search).get('token')

/** All URLs are relative to the page, so that it works below any path; a token in the page's URL goes into each. */
export function urlOf(name: string, parameters: Readonly<Record<string, string | number>> = {}): string {
  const url = new URL(name, location.href)
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, String(value))
  if (token !== null) url.searchParams.set('token', token)
  return url.href
}

/** @throws {Error} with the service's sentence. */
export async function ask<T>(name: string, method: 'GET' | 'PATCH' | 'POST' = 'GET', body?: object): Promise<T> {
  const response = await fetch(urlOf(name), {
    method,
    cache: 'no-store',
    headers: { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as T & { message?: string }
  if (!response.ok) throw new Error(answer.message ?? `status ${response.status}`)
  return answer
}
