import { fileURLToPath } from 'node:url'
import express, { type RequestHandler } from 'express'

// The page's script is compiled, so it is in dist even when this file runs from lib.
const folder = new URL(import.meta.url.endsWith('.ts') ? '../../dist/page/' : '../page/', import.meta.url)

/** The live page. All its URLs are relative, so it works below any path. */
export function page(): RequestHandler {
  return express.static(fileURLToPath(folder), { redirect: false, cacheControl: false, setHeaders })
}

/** Checked again each time, so that a new version shows at once. */
function setHeaders(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('Cache-Control', 'no-cache')
}
