import { listCameras, type CameraInfo } from '../camera/list.ts'
import { table } from '../config/help.ts'

/** Prints the cameras that can be used, what to write into MIO_CAMERA, and what each offers. */
export async function list(): Promise<void> {
  const cameras = await listCameras()
  const rows = cameras.map(({ shortName, name, id }) => [shortName, name, id])
  const [header, ...lines] = table([['SHORT NAME', 'CAMERA', 'ID'], ...rows]).split('\n')
  console.log([header, ...lines.flatMap((line, i) => [line, ...offersOf(cameras[i]!)])].join('\n'))
}

/** A line for each format of pictures, and one for the sensor's modes. */
function offersOf({ pictures, sensorModes }: CameraInfo): string[] {
  const modes = sensorModes.map(({ bitDepth, ...size }) => `${sizeText(size)} (${bitDepth} bit)`)
  const offers = new Map<string, string[]>()
  for (const { format, upTo, ...size } of pictures) {
    const text = upTo ? `${sizeText(size)} to ${sizeText(upTo)}` : sizeText(size)
    offers.set(format, [...(offers.get(format) ?? []), text])
  }
  if (modes.length > 0) offers.set('sensor modes', modes)
  return [...offers].map(([what, sizes]) => `  ${what}: ${sizes.join(', ')}`)
}

const sizeText = ({ width, height }: { width: number; height: number }): string => `${width}x${height}`
