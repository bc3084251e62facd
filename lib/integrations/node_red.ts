import type { MakeIntegration } from './integration.ts'

export const nodeRed: MakeIntegration = (place) => ({
  id: 'node-red',
  name: 'Node-RED',
  opens: 'server',
  parts: [
    {
      title: 'Menu → Import: a picture at the press of a button, as a Buffer in msg.payload',
      language: 'json',
      text: `${JSON.stringify(flow(place.embedded('/snapshot.jpg')), undefined, 2)}\n`,
    },
    {
      title: 'The stream in a ui_template node of a dashboard',
      language: 'html',
      text: `<img src="${place.embedded('/stream.mjpg')}" alt="Pi camera" style="width: 100%" />\n`,
    },
  ],
  pitfall:
    'Let the http request node return a binary buffer: as a string, the picture is broken beyond repair. The stream ' +
    'itself is for a browser; an http request node would wait for its end for ever.',
})

function flow(url: string): object[] {
  const tab = 'mio-tab'
  return [
    { id: tab, type: 'tab', label: 'Pi camera' },
    { id: 'mio-press', type: 'inject', z: tab, name: 'take a picture', x: 140, y: 80, wires: [['mio-get']] },
    {
      id: 'mio-get',
      type: 'http request',
      z: tab,
      method: 'GET',
      ret: 'bin',
      url,
      x: 340,
      y: 80,
      wires: [['mio-see']],
    },
    { id: 'mio-see', type: 'debug', z: tab, complete: 'payload', x: 540, y: 80, wires: [] },
  ]
}
