// Whether a second core is worth something to the CPU encoder.
import { program } from '../native.mjs'
import { listed, median } from '../process.mjs'

/** @param {import('../main.mjs').Plan} plan */
export default async function workers({ quick, rounds, size }) {
  const { one, two, cores, inOrder } = await program('turbo_workers')(
    1920,
    1080,
    size.quality,
    quick ? 30 : 200,
    rounds,
  )
  return [
    [
      'turbojpeg 1920x1080, 2 workers ÷ 1 worker',
      listed(one.map((single, i) => two[i] / single)),
      '≥ 1.8 on 2 free cores',
    ],
    ['  cores that the 2 workers had', median(cores).toFixed(2), '2, or the machine is busy with something else'],
    ['  1 worker, frames per second', median(one).toFixed(0)],
    ['  frames in order', String(inOrder), 'true'],
  ]
}
