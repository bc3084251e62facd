import type { SettingKey } from './schema.ts'

/** What became of a variable of the Python original. */
export interface Legacy {
  /** The setting with the same meaning, and its text for the old one's. */
  readonly becomes?: SettingKey
  readonly text?: (old: string) => string
  /** What to tell the user. */
  readonly advice: string
}

const gone = (advice: string): Legacy => ({ advice: `is not used any more: ${advice}` })
const noHub = gone('this service has no management hub')
const otherToken = gone('MIO_TOKEN is the secret now, and covers the stream and the snapshot too')

/** Names that meant the same and are still the same (`MIO_FPS`, `MIO_PORT`, …) need no entry. */
export const legacyNames: Readonly<Record<string, Legacy>> = {
  MIO_BIND_HOST: { becomes: 'bind', advice: 'is now MIO_BIND' },
  MIO_TARGET_FPS: { becomes: 'fps', advice: 'is now MIO_FPS, and really set on the sensor' },
  MIO_MAX_STREAM_CONNECTIONS: { becomes: 'maxClients', advice: 'is now MIO_MAX_CLIENTS' },
  MIO_MOCK_CAMERA: {
    becomes: 'camera',
    text: (old) => (/^(1|true|yes|on)$/i.test(old) ? 'synthetic' : ''),
    advice: 'is now MIO_CAMERA=synthetic',
  },
  MIO_FAIL_ON_CAMERA_INIT_ERROR: gone('a camera that fails is never replaced, it is waited for'),
  MIO_MAX_FRAME_AGE_SECONDS: gone('MIO_FRAME_TIMEOUT (milliseconds) is the nearest'),
  MIO_PERFORMANCE_PROFILE: gone('set MIO_RESOLUTION, MIO_FPS and MIO_JPEG_QUALITY'),
  MIO_CORS_ORIGINS: gone('every origin may show the stream'),
  MIO_LIMITER_STORAGE_URI: gone('there is no rate limit'),
  MIO_LOG_INCLUDE_IDENTIFIERS: gone('each log line has the process id'),
  MIO_APPLICATION_SETTINGS_PATH: gone('settings come from the environment and the command line'),
  MIO_SENTRY_DSN: gone('nothing is sent anywhere'),
  MIO_CHANGELOG_REMOTE_URL: gone('nothing is fetched from anywhere'),
  MIO_API_TEST_MODE_ENABLED: gone('use MIO_CAMERA=synthetic for tests'),
  MIO_API_TEST_CYCLE_INTERVAL_SECONDS: gone('use MIO_CAMERA=synthetic for tests'),
  MIO_WEBCAM_CONTROL_PLANE_AUTH_TOKEN: otherToken,
  MIO_MANAGEMENT_AUTH_TOKEN: otherToken,
  MIO_APP_MODE: noHub,
  MIO_BASE_URL: noHub,
  MIO_ALLOW_PRIVATE_IPS: noHub,
  MIO_NODE_DISCOVERY_SHARED_SECRET: noHub,
}

/** What a variable of the Python original means now; undefined for names that it did not have. */
export function legacyOf(name: string): Legacy | undefined {
  return name.startsWith('MIO_DISCOVERY_') ? noHub : legacyNames[name]
}
