// Records ten seconds with ffmpeg: node examples/ffmpeg.mjs [camera] [file] [seconds]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { openCamera } from 'motioninocean'

const [camera = '0', file = 'film.mkv', seconds = '10'] = process.argv.slice(2)

const opened = await openCamera({ camera, width: 1280, height: 720, fps: 25 })
const args = ['-loglevel', 'error', '-y', '-f', 'image2pipe', '-c:v', 'mjpeg', '-framerate', '25', '-i', '-']
const ffmpeg = spawn('ffmpeg', [...args, '-c', 'copy', file], { stdio: ['pipe', 'inherit', 'inherit'] })

const recording = pipeline(opened.readable(), ffmpeg.stdin)
await wait(Number(seconds) * 1000)
await opened.close() // ends the stream, and with it the film
await recording
await once(ffmpeg, 'exit')
console.log(file)
