/// <reference lib="dom" />
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { launchBrowser } from '../kit/browser.ts'

/** What a visitor of the page sees and does, in Debian's Chromium. */
export class Visit {
  readonly page: Page
  /** What the page asked for. */
  readonly requests: URL[] = []
  /** Errors and warnings in its console. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('request', (request) => this.requests.push(new URL(request.url())))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.complaints.push(error.message))
  }

  /** Does not wait for the picture: it never ends. */
  async goto(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'domcontentloaded' })
  }

  /** The text of an element. */
  text(id: string): Promise<string | null> {
    return this.page.textContent(`#${id}`)
  }

  /** Waits until an element says so. */
  says(id: string, text: string, timeout = 20_000): Promise<void> {
    return vi.waitFor(async () => expect(await this.text(id)).toBe(text), timeout)
  }

  /** The picture's pixels, small; undefined while there is none. */
  pixels(): Promise<number[] | undefined> {
    return this.page.evaluate(() => {
      const picture = document.querySelector<HTMLImageElement>('#picture')!
      if (!picture.naturalWidth) return undefined
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 })
      const context = canvas.getContext('2d')!
      context.drawImage(picture, 0, 0, 64, 36)
      return [...context.getImageData(0, 0, 64, 36).data]
    })
  }

  /** Waits until the picture differs from `before`. */
  async changed(before?: number[]): Promise<void> {
    await vi.waitFor(async () => expect(String(await this.pixels())).not.toBe(String(before)), {
      timeout: 20_000,
      interval: 50,
    })
  }
}

/** A browser for a test file; a function that opens a page, which is closed after the test. */
export function visitor(): (options?: BrowserContextOptions) => Promise<Visit> {
  // Chromium is many programs, and on a busy machine each waits for its turn.
  vi.setConfig({ testTimeout: 90_000 })
  let browser: Browser
  const open: Page[] = []
  beforeAll(async () => {
    browser = await launchBrowser()
  }, 60_000)
  afterAll(() => browser.close())
  afterEach(async () => {
    await Promise.all(open.splice(0).map((page) => page.close()))
  })
  return async (options) => {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 720 },
      colorScheme: 'dark',
      ...options,
    })
    open.push(page)
    return new Visit(page)
  }
}
