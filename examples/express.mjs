// A stream within your own Express program: node examples/express.mjs [camera] [port]
import express from 'express'
import { LastingCamera } from 'motioninocean'
import { mjpegRouter } from 'motioninocean/server'

const [camera = '0', port = '3000'] = process.argv.slice(2)

// A lasting camera is opened again after a fault; meanwhile the viewers see a picture that says so.
const lasting = new LastingCamera({ camera, width: 1280, height: 720 })
await lasting.start()

const app = express()
app.get('/', (_request, response) => response.send('<h1>My garden</h1><img src="/cam/stream.mjpg">'))
app.use('/cam', mjpegRouter(lasting)) // /cam/stream.mjpg, /cam/snapshot.jpg

const server = app.listen(Number(port), () => console.log(`http://localhost:${server.address().port}/`))
process.once('SIGINT', () => void lasting.close().then(() => process.exit()))
