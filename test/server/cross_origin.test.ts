/// <reference lib="dom" />
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../kit/browser.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)

afterAll(() => browser.close())

/** Every way in which a page can send something to another origin; what came of it as `fetch` tells. */
function attempts(url: string) {
  const json = { 'Content-Type': 'application/json' }
  const tries: [string, RequestInit][] = [
    ['api/controls/reset', { method: 'POST' }],
    ['api/controls/reset', { method: 'POST', mode: 'no-cors' }],
    ['api/controls/reset', { method: 'POST', headers: json, body: '{}' }],
    ['api/controls/reset', { method: 'POST', mode: 'no-cors', headers: json, body: '{}' }],
    ['api/focus', { method: 'POST', body: '{"x":0,"y":0}' }],
    ['api/focus', { method: 'POST', body: new URLSearchParams({ x: '0' }) }],
    ['api/controls', { method: 'PATCH', headers: json, body: '{"Brightness":1}' }],
    ['api/settings', { method: 'PATCH', body: '{"quality":1}' }],
  ]
  return Promise.all(
    tries.map(([path, init]) =>
      fetch(url + path, init).then(
        ({ status }) => status,
        () => 'blocked',
      ),
    ),
  )
}

test('a page of another origin sees the pictures and changes nothing', async () => {
  const source = new ScriptedSource([await makeJpeg()])
  using _run = source.run()
  await using ours = await startService({ sources: [source] })
  await using theirs = await startService({ sources: [new ScriptedSource([])] })
  const page = await browser.newPage({ bypassCSP: true })
  await page.goto(`${theirs.url}/health`)
  const seen = await page.evaluate(async (url) => (await fetch(`${url}/snapshot.jpg?timestamp=1`)).status, ours.url)
  expect(seen).toBe(200)

  const outcomes = await page.evaluate(attempts, `${ours.url}/`)
  expect(outcomes.filter((outcome) => outcome === 200)).toEqual([])
  expect(source.asked).toEqual([])

  // The same from our own page does what it says.
  await page.goto(`${ours.url}/health`)
  expect(await page.evaluate(attempts, `${ours.url}/`)).toContain(200)
  expect(source.asked).not.toEqual([])
  await page.close()
})
