import { frames, open } from './common.mjs'

const source = await open()
source.subscribe(() => {})
await frames(source, 3)
process.exit(0)
