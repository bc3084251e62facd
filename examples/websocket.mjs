// Each frame to each WebSocket that is ready for it: node examples/websocket.mjs [camera] [port]
// (npm install ws)
import { openCamera } from 'motioninocean'
import { WebSocketServer } from 'ws'

const [camera = '0', port = '3001'] = process.argv.slice(2)

const opened = await openCamera({ camera, width: 640, height: 480, fps: 15 })
const server = new WebSocketServer({ port: Number(port) }, () =>
  console.log(`ws://localhost:${server.address().port}/`),
)

let unsubscribe
server.on('connection', (socket) => {
  // The camera encodes as long as somebody is subscribed.
  unsubscribe ??= opened.subscribe(fanOut)
  socket.on('close', () => {
    if (server.clients.size > 0) return
    unsubscribe?.()
    unsubscribe = undefined
  })
})

/** A borrowed frame is valid during this call: each socket holds it until it has been sent. Nothing is copied. */
function fanOut(frame) {
  for (const socket of server.clients) {
    // A slow one skips frames and gets the newest when it is ready again.
    if (socket.readyState !== socket.OPEN || socket.bufferedAmount > 0) continue
    const held = frame.retain()
    socket.send(held.data, () => held.release())
  }
}

process.once('SIGINT', () => void opened.close().then(() => process.exit()))
