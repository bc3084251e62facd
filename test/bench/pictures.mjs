// JPEGs like a camera's: a moving scene with the noise of a sensor, made once and kept in build.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { root } from './native.mjs'

/** About 125 KB each at 1280x720. More than fit into a cache, as with a camera. */
const count = 24

/** The folder of the pictures of one size. */
export function pictures({ width, height }) {
  return folderOf(`${width}x${height}`, (folder) => paint(folder, width, height))
}

/** The same pictures as a raw camera gives them: WIDTHxHEIGHT-….nv12, which a stand-in webcam shows. */
export function rawPictures({ width, height }) {
  const jpegs = pictures({ width, height })
  return folderOf(`${width}x${height}-raw`, (folder) => {
    for (const name of readdirSync(jpegs)) {
      const args = ['-nostdin', '-v', 'error', '-i', `${jpegs}/${name}`, '-pix_fmt', 'nv12', '-f', 'rawvideo', '-']
      const raw = execFileSync('ffmpeg', args, { maxBuffer: width * height * 2 })
      writeFileSync(`${folder}/${width}x${height}-${name.replace('.jpg', '.nv12')}`, raw)
    }
  })
}

/** Made whole, or not at all. */
function folderOf(name, fill) {
  const folder = `${root}/build/bench/${name}`
  if (existsSync(folder)) return folder
  const unfinished = `${folder}-unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  fill(unfinished)
  renameSync(unfinished, folder)
  return folder
}

function paint(folder, width, height) {
  const size = `size=${width}x${height}:rate=30`
  const scene = ['-f', 'lavfi', '-i', `mandelbrot=${size}:start_scale=0.4:end_scale=0.02:end_pts=120`]
  const card = ['-f', 'lavfi', '-i', `testsrc2=${size}`]
  const blend = 'blend=all_mode=average,noise=all_seed=7:alls=7:allf=t'
  const filter = `[0]format=yuv420p[scene];[1]format=yuv420p[card];[scene][card]${blend}`
  const output = ['-frames:v', `${count}`, '-pix_fmt', 'yuvj420p', '-q:v', '4', `${folder}/%03d.jpg`]
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...scene, ...card, '-filter_complex', filter, ...output])
}
