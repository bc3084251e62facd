import type { Request } from 'express'
import * as z from 'zod'
import { integrationsFor } from '../integrations/all.ts'
import { Place } from '../integrations/place.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { sendPage } from './page.ts'

const integrationSchema = () =>
  z.object({
    id: z.string(),
    name: z.string().describe('Of the other program'),
    opens: z.enum(['browser', 'server', 'both']).describe('Who opens the URLs, and so must reach this service'),
    parts: z.array(
      z.union([
        z.object({ title: z.string(), language: z.string(), text: z.string() }),
        z.object({ title: z.string(), fields: z.record(z.string(), z.string()) }),
      ]),
    ),
    pitfall: z.string(),
  })

const answerSchema = () =>
  z.object({
    service: z.string().describe('Where the service is, as the snippets have it'),
    tokenPlaceholder: z.string().nullable().describe('What to put the token in place of'),
    integrations: z.array(integrationSchema()),
  })

/** Ready snippets for other programs, with the address that this request was sent to. */
export function integrationsEndpoint(hasToken: boolean): Endpoint {
  return endpoint({
    method: 'get',
    path: '/integrations',
    summary: 'What to paste into other programs; a page for browsers, JSON for the rest',
    query: z.object({
      base: z
        .url({ protocol: /^https?$/, error: 'the URL of this service' })
        .max(500)
        .optional()
        .describe('Where the service is, if a proxy has changed the path'),
    }),
    answers: { 200: { about: 'Snippets with the address of this request', schema: answerSchema } },
    handle({ query, request, response }) {
      response.vary('Accept')
      if (request.accepts(['json', 'html']) === 'html') return sendPage('integrations.html', response)
      const place = placeOf(request, query.base, hasToken)
      const tokenPlaceholder = hasToken ? Place.token : null
      return { service: place.service, tokenPlaceholder, integrations: integrationsFor(place) }
    },
  })
}

/** Where the client found the service: `?base=`, else what the request says; `X-Forwarded-*` of trusted proxies count. */
function placeOf(request: Request, base: string | undefined, hasToken: boolean): Place {
  const [, path = '', camera] = /^(.*?)(?:\/cameras\/([^/]+))?$/.exec(request.baseUrl) ?? []
  const service = base?.replace(/\/+$/, '') ?? `${request.protocol}://${request.host ?? 'localhost'}${path}`
  return new Place({ service, camera, hasToken })
}
