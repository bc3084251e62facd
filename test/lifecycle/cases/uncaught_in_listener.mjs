import { open } from './common.mjs'

process.on('uncaughtException', (error) => {
  console.log('caught', error.message)
  process.exit(0)
})
const source = await open()
source.subscribe(() => {
  throw new Error('boom')
})
