// Which libcamera is used, and what it lists.
import { libcameraVersion, listCameras } from 'motioninocean'

const cameras = (await listCameras()).map(({ id }) => id)
console.log(JSON.stringify({ ...(await libcameraVersion()), cameras }))
