import { listCameras } from '../camera/list.ts'
import { table } from '../config/help.ts'

/** Prints the cameras that can be used, and what to write into MIO_CAMERA. */
export async function list(): Promise<void> {
  const cameras = await listCameras()
  const rows = cameras.map(({ shortName, name, id }) => [shortName, name, id])
  console.log(table([['SHORT NAME', 'CAMERA', 'ID'], ...rows]))
}
