// `motioninocean doctor` on a machine whose /dev, /sys and udev are real.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import * as kit from './kit.mjs'

/** Nobody: no group, no capability. */
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all']

/**
 * @param {string[]} args
 * @param {string[]} [as] A command that runs it as somebody.
 * @returns {Promise<{ code: number, well: boolean, of: (check: string) => { status: string, code?: string, found: string, remedy?: string } | undefined }>}
 */
function doctor(args, as = []) {
  const [command, ...rest] = [...as, process.execPath, '--jitless', '/app/dist/cli/main.js', 'doctor', '--json']
  return new Promise((resolve, reject) => {
    execFile(command, [...rest, ...args], { timeout: 200_000 }, (error, stdout, stderr) => {
      const code = error ? error.code : 0
      if (typeof code !== 'number' || stdout === '') return reject(new Error(`doctor: ${error?.message}\n${stderr}`))
      /** @type {{ well: boolean, findings: { check: string, status: string, found: string }[] }} */
      const { well, findings } = JSON.parse(stdout)
      resolve({ code, well, of: (check) => findings.find((finding) => finding.check === check) })
    })
  })
}

await test('doctor finds nothing missing, and names what there is', { timeout: kit.testLimit }, async () => {
  const { code, well, of } = await doctor([])
  assert.deepEqual([code, well], [0, true])
  assert.match(of('board')?.found ?? '', /^(not a Raspberry Pi|linux,dummy-virt), kernel 6\.12\.\S+ from Debian$/)
  assert.equal(of('udev')?.found, "udev's database can be read")
  assert.match(of('devices')?.found ?? '', /^all \d+ that the camera needs can be opened$/)
  assert.match(of('libcamera')?.found ?? '', /^v0\.7\.\d+, with a backend built for 0\.7\.\d+$/)
  assert.match(of('cameras')?.found ?? '', /Sensor B \(platform\/vimc\.0 Sensor B\).*Virtual camera \(Virtual0\)/)
  assert.match(of('dma-heap')?.found ?? '', /^\/dev\/dma_heap\/system/)
  // By quality before by bitrate; vicodec makes no JPEG.
  assert.deepEqual(of('encoder'), {
    check: 'encoder',
    status: 'ok',
    found: '/dev/video31, /dev/video11 can encode in hardware',
  })
})

await test('doctor says why no device encodes a picture that is too large', { timeout: kit.testLimit }, async () => {
  const { code, of } = await doctor(['--resolution', '2592x1944'])
  assert.equal(code, 0, 'pictures come all the same')
  const { status, found } = of('encoder') ?? {}
  assert.equal(status, 'warning')
  for (const device of kit.deviceNames)
    assert.match(found ?? '', new RegExp(`/dev/${device}: it takes pictures from 32x32 to 1920x1920, not 2592x1944`))
  assert.equal(found?.match(/it makes neither MJPEG nor JPEG/g)?.length, 3, found)
})

await test('doctor says what is missing when the encoder was to be hardware', { timeout: kit.testLimit }, async () => {
  for (const device of kit.deviceNames) kit.unbind(kit.encoders[device])
  try {
    const { code, well, of } = await doctor(['--encoder', 'v4l2-m2m'])
    assert.deepEqual([code, well], [1, false])
    const finding = of('encoder')
    assert.deepEqual([finding?.status, finding?.code], ['missing', 'ERR_ENCODER'])
    assert.equal(finding?.found.match(/it makes neither MJPEG nor JPEG/g)?.length, 3, finding?.found)
  } finally {
    for (const device of kit.deviceNames) kit.bind(kit.encoders[device])
  }
})

await test('doctor tells a user without rights whose the devices are', { timeout: kit.testLimit }, async () => {
  const { code, of } = await doctor([], NOBODY)
  assert.equal(code, 1)
  const devices = of('devices')
  assert.equal(devices?.code, 'ERR_PERMISSION')
  assert.match(
    devices?.found ?? '',
    /^\/dev\/media0.*it belongs to group \d+ .*, and user 65534 has the groups 65534 \(EACCES\)$/,
  )
  assert.match(of('encoder')?.found ?? '', /\/dev\/video31: it could not be opened: Permission denied/)
})
