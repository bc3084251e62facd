import type { FrameSource } from '../camera/source.ts'
import { hubOf } from '../stream/hub.ts'

type Labels = Readonly<Record<string, string>>
/** A value with its labels, or one of several. */
type Values = readonly (readonly [value: number | undefined, labels?: Labels])[]

/** One metric: what it is, and how it is read off a camera at each scrape. */
export interface MetricRow {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  read(source: FrameSource): Values
}

/** `{ noSlot: 1 }` as values with a label: `no_slot`. */
const by = (label: string, counts: Readonly<Record<string, number>>): Values =>
  Object.entries(counts).map(([key, count]) => [
    count,
    { [label]: key.replace(/[a-z][A-Z]/g, ([a, b]) => `${a}_${b}`).toLowerCase() },
  ])

/** What only rises. A camera that is opened again begins anew, which Prometheus takes as a reset. */
export const counters: readonly MetricRow[] = [
  {
    name: 'frames_total',
    help: 'Frames by how far they came.',
    labels: ['stage'],
    read(source) {
      const { captured, encoded, delivered } = source.statistics()
      return by('stage', { captured, encoded, delivered })
    },
  },
  {
    name: 'frames_dropped_total',
    help: 'Frames that were not delivered, by reason.',
    labels: ['reason'],
    read: (source) => by('reason', { ...source.statistics().dropped, unwatched: source.statistics().unwatched }),
  },
  {
    name: 'frames_broken_total',
    help: 'Frames that could not be used, by reason.',
    labels: ['reason'],
    read: (source) => by('reason', source.statistics().errors),
  },
  {
    name: 'frames_copied_total',
    help: 'Frames copied out of the pool because consumers held too many.',
    read: (source) => [[source.statistics().copied.frames]],
  },
  {
    name: 'frames_copied_bytes_total',
    help: 'Bytes of these.',
    read: (source) => [[source.statistics().copied.bytes]],
  },
  {
    name: 'encoder_fallbacks_total',
    help: 'How often a hardware encoder failed and libjpeg-turbo took over.',
    read: (source) => [[source.statistics().encoder.fallbacks]],
  },
  {
    name: 'encoder_copied_bytes_total',
    help: 'Bytes that the processor copied between the buffers of an encoder and the pool.',
    read: (source) => [[source.statistics().encoder.bytesCopied]],
  },
  {
    name: 'camera_restarts_total',
    help: 'How often the camera was opened again, for whatever reason.',
    read: (source) => [[source.restarts]],
  },
  {
    name: 'camera_faults_total',
    help: 'Faults for which the camera was opened again, by code.',
    labels: ['code'],
    read: (source) => Object.entries(source.restartReasons).map(([code, count]) => [count, { code }]),
  },
  {
    name: 'clients_joined_total',
    help: 'Viewers that came.',
    read: (source) => [[hubOf(source).statistics().joined]],
  },
  {
    name: 'clients_left_total',
    help: 'Viewers that left, by reason.',
    labels: ['reason'],
    read: (source) => by('reason', hubOf(source).statistics().left),
  },
  {
    name: 'client_frames_sent_total',
    help: 'Frames that viewers took whole.',
    read: (source) => [[hubOf(source).statistics().sent]],
  },
  {
    name: 'client_frames_skipped_total',
    help: 'Frames that were due, but replaced by a newer one before the viewer could take them.',
    read: (source) => [[hubOf(source).statistics().skipped]],
  },
  {
    name: 'client_sent_bytes_total',
    help: 'Bytes that viewers took.',
    read: (source) => [[hubOf(source).statistics().bytes]],
  },
]

export const gauges: readonly MetricRow[] = [
  {
    name: 'camera_up',
    help: 'Whether pictures come, or would as soon as somebody watched.',
    read: ({ state: { status } }) => [[status === 'live' || status === 'idle' ? 1 : 0]],
  },
  {
    name: 'camera_info',
    help: 'Always 1: the camera and how its pictures are made.',
    labels: ['name', 'backend', 'encoder', 'device', 'output', 'mode'],
    read: ({ name, backend, encoder, mode }) => [
      [
        1,
        {
          name,
          backend,
          encoder: encoder?.name ?? 'none',
          device: encoder?.device ?? 'none',
          output: encoder?.output ?? 'none',
          mode: mode ? `${mode.width}x${mode.height} ${mode.format}` : 'none',
        },
      ],
    ],
  },
  {
    name: 'camera_frame_rate',
    help: 'Pictures per second lately.',
    read: (source) => [[source.statistics().fps]],
  },
  {
    name: 'last_frame_age_seconds',
    help: 'Time since the exposure of the newest frame.',
    read(source) {
      const { lastFrameAge } = source.statistics()
      return [[lastFrameAge === undefined ? undefined : lastFrameAge / 1000]]
    },
  },
  {
    name: 'pool_slots',
    help: 'JPEGs that can be on loan at once.',
    read: (source) => [[source.statistics().pool.slots]],
  },
  { name: 'pool_slots_lent', help: 'JPEGs on loan.', read: (source) => [[source.statistics().pool.lent]] },
  {
    name: 'clients',
    help: 'Viewers, by who sends to them: a thread of the addon, or Node.',
    labels: ['delivery'],
    read: (source) => by('delivery', hubOf(source).clientCounts()),
  },
]
