// The same by require().
const { openCamera } = require('motioninocean')
const server = require('motioninocean/server')

void (async () => {
  const camera = await openCamera({ camera: 'synthetic', width: 320, height: 240 })
  const jpeg = await camera.snapshot()
  await camera.close()
  console.log(JSON.stringify({ begin: jpeg.subarray(0, 2).toString('hex'), server: Object.keys(server) }))
})()
