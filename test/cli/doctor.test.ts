import { expect, test, vi } from 'vitest'
import { runCli } from '../kit/cli.ts'
import { HardwareEncoders, processEnvironment, virtualCameras } from '../kit/environment.ts'

// Each starts a process that loads everything, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

interface Report {
  version: string
  well: boolean
  findings: { check: string; status: string; found: string; code?: string; remedy?: string }[]
}

test('for people: a line for each finding, and code 1 when something is missing', async () => {
  const { code, stdout, stderr } = await runCli(['doctor'])
  expect(stderr).toBe('')
  expect(stdout).toMatch(/^MotionInOcean \d+\.\d+\.\d+\n\n✓ board +\S/)
  expect(stdout).toMatch(/\n\n(Nothing is missing\.|One thing is missing \(✗\)\.|\d+ things are missing \(✗\)\.)\n$/)
  expect(code).toBe(stdout.includes('✗') ? 1 : 0)
})

test('for programs: the same as JSON, with what the addon says of libcamera and the encoders', async () => {
  using encoders = new HardwareEncoders()
  using _ = virtualCameras({ Virtual0: { supported_formats: [{ width: 640, height: 480 }] } })
  const env = {
    ...processEnvironment(),
    ...encoders.environment,
    LCSHIM_VIRTUAL_YAML: process.env['LCSHIM_VIRTUAL_YAML']!,
  }
  const { code, stdout, stderr } = await runCli(['doctor', '--json'], env)
  expect(stderr).toBe('')
  const { well, findings } = JSON.parse(stdout) as Report
  expect(code).toBe(well ? 0 : 1)
  expect(well).toBe(findings.every(({ status }) => status !== 'missing'))
  const found = (check: string) => findings.find((one) => one.check === check)
  expect(found('libcamera')).toMatchObject({ status: 'ok', found: expect.stringContaining('with a backend built for') })
  expect(found('cameras')).toMatchObject({ status: 'ok', found: expect.stringContaining('Virtual0') })
  expect(found('encoder')).toMatchObject({ status: 'ok', found: expect.stringContaining('/dev/video31') })
  for (const { status, code: named, remedy } of findings) {
    expect([status === 'missing', status !== 'ok']).toEqual([named !== undefined, remedy !== undefined])
  }
})

test('an encoder that is forced and not there is missing', async () => {
  const { code, stdout } = await runCli(['doctor', '--json'], { MIO_ENCODER: 'v4l2-m2m' })
  expect(code).toBe(1)
  expect((JSON.parse(stdout) as Report).findings).toContainEqual(expect.objectContaining({ code: 'ERR_ENCODER' }))
})

test('--compose without a camera: no file, one sentence, code 1', async ({ skip }) => {
  const { code, stdout, stderr } = await runCli(['doctor', '--compose'])
  skip(code === 0, 'this machine has a camera')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^motioninocean: write a compose file: the kernel has no camera\. [^\n]+\n$/)
})
