// The service over the first camera with a delivery of one's choice, which users have no setting for.
//
//   node camera_service.mjs DELIVERY WIDTH HEIGHT FPS     prints {"url":…}
const dist = new URL('../../dist/', import.meta.url)
const { LastingCamera } = await import(new URL('index.js', dist).href)
const { closeStreams, createApp, serve } = await import(new URL('server/index.js', dist).href)

const [delivery, ...numbers] = process.argv.slice(2)
const [width, height, fps] = numbers.map(Number)
const camera = new LastingCamera({ camera: 0, width, height, fps })
const app = createApp({ sources: [camera], delivery, size: { width, height } })
const service = await serve(app, { port: 0, bind: '127.0.0.1', drain: () => closeStreams([camera]) })
await camera.start()
console.log(JSON.stringify({ url: service.url }))
process.once('SIGTERM', () => process.exit(0))
