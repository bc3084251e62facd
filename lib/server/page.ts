import { fileURLToPath } from 'node:url'
import express, { type RequestHandler, type Response } from 'express'

// The page's script is compiled, so it is in dist even when this file runs from lib.
const folder = new URL(import.meta.url.endsWith('.ts') ? '../../dist/page/' : '../page/', import.meta.url)

/**
 * What the page loads, without the page itself: open to all, because it says nothing of the camera, and the tags
 * that load it cannot pass a `?token=` on.
 */
export function pageAssets(): RequestHandler {
  const files = page()
  return (request, response, next) => {
    if (/\.(css|js|svg)$/.test(request.path)) return files(request, response, next)
    next()
  }
}

/** One of the pages by its file name. */
export function sendPage(name: string, response: Response): void {
  setHeaders(response)
  response.sendFile(name, { root: fileURLToPath(folder), cacheControl: false })
}

/** The live page. All its URLs are relative, so it works below any path. */
export function page(): RequestHandler {
  return express.static(fileURLToPath(folder), { redirect: false, cacheControl: false, setHeaders })
}

/** Checked again each time, so that a new version shows at once. */
function setHeaders(response: { setHeader(name: string, value: string): unknown }): void {
  response.setHeader('Cache-Control', 'no-cache')
}
