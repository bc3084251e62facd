import { ask, urlOf } from './api.js'
import { copyOnClick } from './copy.js'
import { byId, make } from './dom.js'

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

/** Where the service is, as this browser sees it: a proxy may have cut the path. */
function base(): string {
  const [service = ''] = location.href.split(/(?:\/cameras\/[^/]+)?\/integrations/)
  return service
}

function copyButton(label: string, text: string): HTMLButtonElement {
  const button = make('button', { className: 'button', type: 'button', textContent: 'Copy' })
  button.setAttribute('aria-label', `Copy ${label}`)
  copyOnClick(button, () => text)
  return button
}

function sectionOf({ id, name, opens, parts, pitfall }: Integration): HTMLElement {
  const heading = make('h2', { id: `${id}-name`, textContent: name })
  const section = make('section', { id }, heading, make('p', { textContent: opened[opens] }))
  section.setAttribute('aria-labelledby', heading.id)
  for (const { title, text, fields } of parts) {
    const part = make('div', { className: 'part' })
    const head = make('div', {}, make('h3', { textContent: title }))
    part.append(head)
    if (text !== undefined) {
      head.append(copyButton(`${name}: ${title}`, text))
      const box = make('pre', { tabIndex: 0 }, make('code', { textContent: text }))
      box.setAttribute('aria-label', `${name}: ${title}`)
      part.append(box)
    }
    for (const [label, value] of Object.entries(fields ?? {}))
      part.append(fieldOf(`${id}-${title}-${label}`, label, value))
    section.append(part)
  }
  section.append(make('p', { className: 'pitfall', textContent: pitfall }))
  return section
}

function fieldOf(id: string, label: string, value: string): HTMLElement {
  const input = make('input', { id, type: 'text', readOnly: true, value, placeholder: 'empty' })
  return make(
    'div',
    { className: 'copy' },
    make('label', { htmlFor: id, textContent: label }),
    copyButton(label, value),
    input,
  )
}

async function show(): Promise<void> {
  const { integrations, tokenPlaceholder } = await ask<Answer>(`integrations?base=${encodeURIComponent(base())}`)
  byId('list').append(...integrations.map(sectionOf))
  byId('list').setAttribute('aria-busy', 'false')
  const links = integrations.map(({ id, name }) =>
    make('a', { className: 'button', href: `#${id}`, textContent: name }),
  )
  byId('index').append(...links.map((link) => make('li', {}, link)))
  if (tokenPlaceholder !== null) byId('camera').textContent = `Put your token in place of ${tokenPlaceholder}`
}

byId('back', HTMLAnchorElement).href = urlOf('./')
show().catch((error: unknown) => {
  byId('notice').textContent = String(error)
  byId('notice').hidden = false
})
