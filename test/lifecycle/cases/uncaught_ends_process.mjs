import { open } from './common.mjs'

const source = await open()
source.subscribe(() => {
  throw new Error('boom')
})
