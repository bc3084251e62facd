// Whether a second core is worth something to the CPU encoder.
import { program } from '../native.mjs'
import { listed, median } from '../process.mjs'

/** Of the cores that there should be: two workers that the scheduler gave less cannot be twice as fast. */
const UNDISTURBED = 0.95

/** @param {import('../main.mjs').Plan} plan */
export default async function workers({ quick, rounds, size }) {
  // Short rounds, and many: on a machine that does other things too, some are left alone.
  const [frames, tries] = quick ? [30, 2] : [60, 10]
  const measured = await program('turbo_workers')(1920, 1080, size.quality, frames, rounds * tries)
  const { one, oneCores, two, twoCores, inOrder } = measured
  const all = one.map((single, i) => ({ single, ratio: two[i] / single, alone: oneCores[i], cores: twoCores[i] }))
  const undisturbed = all.filter(({ alone, cores }) => alone >= UNDISTURBED && cores >= 2 * UNDISTURBED)
  const counted = undisturbed.length > 0 ? undisturbed : all
  return [
    [
      'turbojpeg 1920x1080, 2 workers ÷ 1 worker',
      listed(counted.slice(0, rounds).map(({ ratio }) => ratio)),
      '≥ 1.8 on 2 free cores',
    ],
    ['  rounds in which each worker had its core', `${undisturbed.length} of ${all.length}, which count, or all do`],
    ['  cores that they had', median(counted.map((round) => round.cores)).toFixed(2), '2'],
    ['  1 worker, frames per second', median(counted.map(({ single }) => single)).toFixed(0)],
    ['  frames in order', String(inOrder), 'true'],
  ]
}
