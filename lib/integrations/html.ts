import type { MakeIntegration } from './integration.ts'

export const html: MakeIntegration = (place) => ({
  id: 'html',
  name: 'A page of your own',
  opens: 'browser',
  parts: [
    {
      title: 'The live stream',
      language: 'html',
      text: `<img src="${place.embedded('/stream.mjpg')}" alt="Pi camera" />\n`,
    },
    {
      title: 'The live stream at 5 pictures a second, to save a weak link',
      language: 'html',
      text: `<img src="${place.embedded('/stream.mjpg?fps=5').replaceAll('&', '&amp;')}" alt="Pi camera" />\n`,
    },
  ],
  pitfall:
    'Browsers open at most six connections to one host by http: with six streams of one host on a page, the seventh ' +
    'waits for ever.',
})
