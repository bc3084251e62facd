import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parseFlags } from '../../lib/config/flags.ts'
import { helpText } from '../../lib/config/help.ts'
import { loadConfiguration } from '../../lib/config/load.ts'
import { type SettingKey, settingList } from '../../lib/config/schema.ts'
import { MioError } from '../../lib/camera/errors.ts'

const load = (env: Record<string, string>, ...args: string[]) => loadConfiguration(env, parseFlags(args))

/** The message of the ERR_CONFIG that `act` throws. */
function complaint(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    expect(error).toMatchObject({ name: 'MioError', code: 'ERR_CONFIG' })
    return (error as MioError).message
  }
  throw new Error('nothing was thrown')
}

test('the defaults are valid, and none is from anywhere else', () => {
  const { settings, effective, warnings } = load({})
  expect(settings).toEqual({
    camera: ['auto'],
    resolution: { width: 1280, height: 720 },
    fps: 30,
    minFps: undefined,
    jpegQuality: 80,
    maxBitrate: undefined,
    encoder: 'auto',
    rotation: 0,
    hflip: false,
    vflip: false,
    bufferCount: undefined,
    sensorMode: 'auto',
    stillStream: true,
    tuningFile: undefined,
    frameTimeout: 3000,
    idleSeconds: 0,
    startAnyway: false,
    port: 8000,
    bind: '0.0.0.0',
    basePath: '',
    maxClients: 100,
    sendTimeout: 10_000,
    snapshotJobs: 2,
    stateDir: undefined,
    trustedProxies: [],
    token: undefined,
    authOpen: [],
    logLevel: 'info',
    logFormat: 'auto',
  })
  expect(new Set(effective.map(({ source }) => source))).toEqual(new Set(['default']))
  expect(warnings).toEqual([])
})

/** Texts, and what becomes of them. */
const good: [SettingKey, string, unknown][] = [
  ['camera', '0', [0]],
  ['camera', '0, 1', [0, 1]],
  ['camera', 'synthetic', ['synthetic']],
  ['camera', '/base/soc/i2c0mux/i2c@1/imx708@1a', ['/base/soc/i2c0mux/i2c@1/imx708@1a']],
  ['resolution', '640x480', { width: 640, height: 480 }],
  ['resolution', '1920X1080', { width: 1920, height: 1080 }],
  ['fps', '0.5', 0.5],
  ['fps', '240', 240],
  ['minFps', '5', 5],
  ['minFps', 'auto', undefined],
  ['jpegQuality', '1', 1],
  ['jpegQuality', '100', 100],
  ['encoder', 'turbojpeg', 'turbojpeg'],
  ['rotation', '180', 180],
  ['rotation', '270', 270],
  ['maxBitrate', 'none', undefined],
  ['maxBitrate', '8.5', 8.5],
  ['hflip', 'true', true],
  ['vflip', '0', false],
  ['bufferCount', '6', 6],
  ['frameTimeout', '100', 100],
  ['idleSeconds', '300', 300],
  ['startAnyway', 'true', true],
  ['sensorMode', '2304x1296', '2304x1296'],
  ['stillStream', 'no', false],
  ['tuningFile', '/data/imx708.json', '/data/imx708.json'],
  ['port', '0', 0],
  ['port', '65535', 65_535],
  ['bind', '::1', '::1'],
  ['basePath', '/cam', '/cam'],
  ['basePath', 'home/cam/', '/home/cam'],
  ['maxClients', '0', 0],
  ['sendTimeout', '1000', 1000],
  ['snapshotJobs', '4', 4],
  ['stateDir', '/data', '/data'],
  ['trustedProxies', 'loopback, 10.0.0.1,fd00::/8', ['loopback', '10.0.0.1', 'fd00::/8']],
  ['authOpen', 'metrics,ready', ['metrics', 'ready']],
  ['authOpen', 'none', []],
  ['logLevel', 'DEBUG', 'debug'],
  ['logLevel', 'WARNING', 'warn'],
  ['logFormat', 'text', 'pretty'],
]

test.each(good)('%s takes %s', (key, text, value) => {
  const { env, flag } = settingList.find((setting) => setting.key === key)!
  const fromEnv = load({ [env]: text })
  expect(fromEnv.settings[key]).toEqual(value)
  expect(fromEnv.effective).toContainEqual({ key, text, source: env })
  const fromFlag = load({}, `--${flag}=${text}`)
  expect(fromFlag.settings[key]).toEqual(value)
  expect(fromFlag.effective).toContainEqual({ key, text, source: `--${flag}` })
})

const bad: [string, string][] = [
  ['MIO_CAMERA', '0,0'],
  ['MIO_CAMERA', 'auto,1'],
  ['MIO_CAMERA', '0,,1'],
  ['MIO_RESOLUTION', '1280'],
  ['MIO_RESOLUTION', '1281x720'],
  ['MIO_RESOLUTION', '32x32'],
  ['MIO_RESOLUTION', '9000x9000'],
  ['MIO_FPS', 'abc'],
  ['MIO_FPS', '0'],
  ['MIO_FPS', '241'],
  ['MIO_FPS', '-5'],
  ['MIO_FPS', '1e2'],
  ['MIO_MIN_FPS', '0'],
  ['MIO_JPEG_QUALITY', '0'],
  ['MIO_JPEG_QUALITY', '101'],
  ['MIO_JPEG_QUALITY', '80.5'],
  ['MIO_ENCODER', 'hardware'],
  ['MIO_MAX_BITRATE', '0'],
  ['MIO_MAX_BITRATE', '8M'],
  ['MIO_ROTATION', '45'],
  ['MIO_HFLIP', 'maybe'],
  ['MIO_BUFFER_COUNT', '1'],
  ['MIO_FRAME_TIMEOUT', '99'],
  ['MIO_PORT', '65536'],
  ['MIO_PORT', '80a'],
  ['MIO_BIND', 'my host'],
  ['MIO_BASE_PATH', '/a b'],
  ['MIO_MAX_CLIENTS', '-1'],
  ['MIO_SEND_TIMEOUT', '10'],
  ['MIO_SNAPSHOT_JOBS', '0'],
  ['MIO_TRUSTED_PROXIES', 'nginx'],
  ['MIO_TRUSTED_PROXIES', '10.0.0.0/33'],
  ['MIO_TRUSTED_PROXIES', '10.0.0.0/0'],
  ['MIO_TRUSTED_PROXIES', '10.0.0.1/8/8'],
  ['MIO_TRUSTED_PROXIES', 'loopback,'],
  ['MIO_AUTH_OPEN', 'health'],
  ['MIO_LOG_LEVEL', 'loud'],
  ['MIO_LOG_FORMAT', 'xml'],
]

test.each(bad)('%s=%s is refused in one sentence that says what is allowed', (name, value) => {
  const { values } = settingList.find(({ env }) => env === name)!
  expect(complaint(() => load({ [name]: value }))).toBe(
    `${name}="${value}": allowed is ${values}. Correct the setting and start again: motioninocean --help.`,
  )
})

test.each([
  ['MIO_RESOLUTON', 'MIO_RESOLUTION'],
  ['MIO_QUALITY', 'MIO_JPEG_QUALITY'],
  ['MIO_Port', 'MIO_PORT'],
  ['MIO_MAXCLIENTS', 'MIO_MAX_CLIENTS'],
])('%s is unknown, and %s is named', (typed, meant) => {
  expect(complaint(() => load({ [typed]: '1' }))).toContain(
    `${typed}: there is no setting of this name, the nearest is ${meant}.`,
  )
})

test('an unknown name that is near to nothing is refused without a guess, and without telling its value', () => {
  const message = complaint(() => load({ MIO_ZZZZZZZZZZ: 'secret' }))
  expect(message).toMatch(/^MIO_ZZZZZZZZZZ: there is no setting of this name\. /)
  expect(message).not.toContain('secret')
})

test.each([
  [['--fpss', '3'], '--fpss: there is no such flag, the nearest is --fps.'],
  [['--fps'], '--fps: allowed is a number from 0.1 to 240.'],
  [['--fps='], '--fps="": allowed is a number from 0.1 to 240.'],
  [['--port', '--fps', '5'], '--port="--fps": allowed is'],
  [['--hflip=maybe'], '--hflip="maybe": allowed is true or false.'],
  [['-q'], '-q: there is no such flag'],
  [['--jason'], '--jason: there is no such flag, the nearest is --json.'],
  [['--json'], '--json: it belongs to: motioninocean doctor --json.'],
  [['list', '--json'], '--json: it belongs to: motioninocean doctor --json.'],
  [['doctor', '--json=yes'], '--json: it stands without a value.'],
])('flags %j are refused', (args, begin) => {
  expect(complaint(() => load({}, ...args))).toContain(begin)
})

test('a command has switches of its own, among the settings', () => {
  const { words, switches, texts } = parseFlags(['--fps', '5', 'doctor', '--json', '--compose'])
  expect(words).toEqual(['doctor'])
  expect([...switches]).toEqual(['json', 'compose'])
  expect([...texts.keys()]).toEqual(['fps'])
})

test('flags win over variables, and an empty variable counts as not set', () => {
  const { settings, effective } = load(
    { MIO_FPS: '10', MIO_PORT: '', MIO_HFLIP: 'true' },
    '--fps',
    '20',
    '--vflip',
    '--hflip=false',
  )
  expect(settings).toMatchObject({ fps: 20, port: 8000, hflip: false, vflip: true })
  expect(effective.filter(({ source }) => source !== 'default').map(({ key, source }) => [key, source])).toEqual([
    ['fps', '--fps'],
    ['hflip', '--hflip'],
    ['vflip', '--vflip'],
  ])
})

test("names of the Python original are taken over or warned about, and today's name wins", () => {
  const { settings, warnings } = load({
    MIO_BIND_HOST: '127.0.0.1',
    MIO_MOCK_CAMERA: 'true',
    MIO_TARGET_FPS: '12',
    MIO_FPS: '24',
    MIO_SENTRY_DSN: 'https://example.org',
    MIO_DISCOVERY_ANYTHING: 'x',
  })
  expect(settings).toMatchObject({ bind: '127.0.0.1', camera: ['synthetic'], fps: 24 })
  expect(warnings).toEqual([
    'MIO_BIND_HOST is now MIO_BIND',
    'MIO_MOCK_CAMERA is now MIO_CAMERA=synthetic',
    'MIO_TARGET_FPS is now MIO_FPS, and really set on the sensor',
    'MIO_SENTRY_DSN is not used any more: nothing is sent anywhere',
    'MIO_DISCOVERY_ANYTHING is not used any more: this service has no management hub',
  ])
  expect(load({ MIO_FPS: '24', MIO_TARGET_FPS: '12' }).settings.fps).toBe(24)
  expect(load({ MIO_MOCK_CAMERA: 'false' }).settings.camera).toEqual(['auto'])
  expect(complaint(() => load({ MIO_TARGET_FPS: 'fast' }))).toContain('MIO_TARGET_FPS="fast": allowed is')
})

describe('a secret', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mio-secret-')), 'token')
  afterAll(() => rmSync(dirname(file), { recursive: true }))

  test('comes from the variable, the flag, or a file, and is shown nowhere', () => {
    writeFileSync(file, 'from-a-file\n')
    for (const [configuration, value, source] of [
      [load({ MIO_TOKEN: 'as-it-is-written' }), 'as-it-is-written', 'MIO_TOKEN'],
      [load({}, '--token', 'as-it-is-written'), 'as-it-is-written', '--token'],
      [load({ MIO_TOKEN_FILE: file }), 'from-a-file', 'MIO_TOKEN_FILE'],
      [load({ MIO_TOKEN: 'loses-to-flags' }, '--token-file', file), 'from-a-file', '--token-file'],
    ] as const) {
      expect(configuration.settings.token).toBe(value)
      expect(configuration.effective).toContainEqual({ key: 'token', text: '(hidden)', source })
    }
  })

  test.each([[''], ['short'], ['with a blank'], ['ümläuteüml']])('is not %j', (text) => {
    writeFileSync(file, text)
    const message = complaint(() => load({ MIO_TOKEN_FILE: file }))
    expect(message).toBe(
      'MIO_TOKEN_FILE: allowed is none or 8 to 512 visible ASCII characters. Correct the setting and start again: motioninocean --help.',
    )
  })

  test('in a file that is not there is no secret', () => {
    expect(complaint(() => load({ MIO_TOKEN_FILE: '/nowhere/token' }))).toContain(
      'MIO_TOKEN_FILE="/nowhere/token": no such file can be read (ENOENT).',
    )
  })

  test('is told once', () => {
    const message = complaint(() => load({ MIO_TOKEN: 'as-it-is-written', MIO_TOKEN_FILE: file }))
    expect(message).toContain('MIO_TOKEN_FILE and MIO_TOKEN: both are set')
    expect(message).not.toContain('as-it-is')
  })

  test('only secrets come from files', () => {
    expect(complaint(() => load({ MIO_FPS_FILE: file }))).toContain('MIO_FPS_FILE: there is no setting of this name')
  })
})

test('other variables do not matter', () => {
  expect(load({ PATH: '/bin', MIO_CACHE_DIR: '/tmp', mio_fps: '1', MIO_LEFT_EMPTY: '' }).settings.fps).toBe(30)
})

test('whatever is typed, the answer is settings or one sentence', () => {
  const names = fc.constantFrom(...settingList.map(({ env }) => env))
  fc.assert(
    fc.property(fc.dictionary(names, fc.string()), (env) => {
      try {
        load(env)
      } catch (error) {
        expect(error).toBeInstanceOf(MioError)
      }
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.string()), (args) => {
      try {
        load({}, ...args)
      } catch (error) {
        expect(error).toBeInstanceOf(MioError)
      }
    }),
  )
})

test('--help names every setting with its flag, variable and default', () => {
  const text = helpText()
  for (const { flag, env, fallback, about } of settingList) {
    expect(text).toMatch(new RegExp(`--${flag} +${env} +${fallback.replaceAll('.', '\\.')} +${about.slice(0, 10)}`))
  }
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(130)
})

test('settings are named alike as variable, flag and key', () => {
  expect(settingList.find(({ key }) => key === 'jpegQuality')).toMatchObject({
    env: 'MIO_JPEG_QUALITY',
    flag: 'jpeg-quality',
  })
})
