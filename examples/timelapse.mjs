// Saves a picture a minute: node examples/timelapse.mjs [camera] [folder] [seconds]
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openCamera } from 'motioninocean'

const [camera = '0', folder = 'pictures', seconds = '60'] = process.argv.slice(2)

await mkdir(folder, { recursive: true })
const opened = await openCamera({ camera, width: 1920, height: 1080, quality: 90 })
process.once('SIGINT', () => void opened.close().then(() => process.exit()))

for (;;) {
  // Exposed now, not a picture that has been lying around. In between, nothing is encoded.
  const jpeg = await opened.snapshot({ maxAge: 0 })
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.jpg`)
  await writeFile(file, jpeg)
  console.log(file)
  await wait(Number(seconds) * 1000)
}
