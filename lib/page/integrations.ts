import { copyOnClick } from './copy.js'

/** Of `/integrations`. */
interface Answer {
  tokenPlaceholder: string | null
  integrations: Integration[]
}
interface Integration {
  id: string
  name: string
  opens: 'browser' | 'server' | 'both'
  parts: { title: string; text?: string; fields?: Record<string, string> }[]
  pitfall: string
}

const opened = {
  browser: 'Your browser opens the address.',
  server: 'Its server opens the address.',
  both: 'Your browser and its server open the address.',
}

const token = new URLSearchParams(location.search).get('token')

/** A URL beside this page, with the token that this page has. */
function urlOf(name: string, parameters: Record<string, string> = {}): string {
  const url = new URL(name, location.href)
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value)
  if (token) url.searchParams.set('token', token)
  return url.href
}

/** Where the service is, as this browser sees it: a proxy may have cut the path. */
function base(): string {
  const [service = ''] = location.href.split(/(?:\/cameras\/[^/]+)?\/integrations/)
  return service
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

function copyButton(label: string, text: string): HTMLButtonElement {
  const button = element('button', { className: 'button', type: 'button', textContent: 'Copy' })
  button.setAttribute('aria-label', `Copy ${label}`)
  copyOnClick(button, () => text)
  return button
}

function sectionOf({ id, name, opens, parts, pitfall }: Integration): HTMLElement {
  const heading = element('h2', { id: `${id}-name`, textContent: name })
  const section = element('section', { id }, heading, element('p', { textContent: opened[opens] }))
  section.setAttribute('aria-labelledby', heading.id)
  for (const { title, text, fields } of parts) {
    const part = element('div', { className: 'part' })
    const head = element('div', {}, element('h3', { textContent: title }))
    part.append(head)
    if (text !== undefined) {
      head.append(copyButton(`${name}: ${title}`, text))
      const box = element('pre', { tabIndex: 0 }, element('code', { textContent: text }))
      box.setAttribute('aria-label', `${name}: ${title}`)
      part.append(box)
    }
    for (const [label, value] of Object.entries(fields ?? {}))
      part.append(fieldOf(`${id}-${title}-${label}`, label, value))
    section.append(part)
  }
  section.append(element('p', { className: 'pitfall', textContent: pitfall }))
  return section
}

function fieldOf(id: string, label: string, value: string): HTMLElement {
  const input = element('input', { id, type: 'text', readOnly: true, value, placeholder: 'empty' })
  return element(
    'div',
    { className: 'copy' },
    element('label', { htmlFor: id, textContent: label }),
    copyButton(label, value),
    input,
  )
}

async function show(): Promise<void> {
  const list = document.getElementById('list')!
  const response = await fetch(urlOf('integrations', { base: base() }), { headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(((await response.json()) as { message: string }).message)
  const { integrations, tokenPlaceholder } = (await response.json()) as Answer
  list.append(...integrations.map(sectionOf))
  list.setAttribute('aria-busy', 'false')
  const links = integrations.map(({ id, name }) =>
    element('a', { className: 'button', href: `#${id}`, textContent: name }),
  )
  document.getElementById('index')!.append(...links.map((link) => element('li', {}, link)))
  if (tokenPlaceholder !== null) {
    document.getElementById('camera')!.textContent = `Put your token in place of ${tokenPlaceholder}`
  }
}

;(document.getElementById('back') as HTMLAnchorElement).href = urlOf('./')
show().catch((error: unknown) => {
  const notice = document.getElementById('notice')!
  notice.textContent = String(error)
  notice.hidden = false
})
