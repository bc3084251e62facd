import { LastingCamera } from '../camera/lasting_camera.ts'
import { listCameras } from '../camera/list.ts'
import { useTuningFile } from '../camera/tuning.ts'
import type { Settings } from '../config/schema.ts'
import type { Log } from '../server/log.ts'

/**
 * The cameras that the settings name, not started yet. `auto` is decided here, once: a camera that fails
 * later is waited for, and never replaced by the synthetic one.
 * @throws {MioError} `ERR_INVALID_OPTION`
 */
export async function chooseCameras(settings: Settings, log: Log): Promise<[LastingCamera, ...LastingCamera[]]> {
  if (settings.tuningFile !== undefined) useTuningFile(settings.tuningFile)
  const [first = 'auto', ...others] = settings.camera
  const cameras: LastingCamera[] = []
  const open = (camera: number | string): LastingCamera => {
    const opened = new LastingCamera({ camera, ...optionsOf(settings), others: cameras })
    cameras.push(opened)
    return opened
  }
  return [open(first === 'auto' ? await firstCamera(log) : first), ...others.map(open)]
}

async function firstCamera(log: Log): Promise<string> {
  const real = (await listCameras()).find(({ backend }) => backend === 'libcamera')
  if (real) return real.id
  log.warn({}, 'NO CAMERA FOUND: streaming the SYNTHETIC test camera. Set MIO_CAMERA=0 to wait for a real one')
  return 'synthetic'
}

/** Settings as the camera has them. */
function optionsOf(settings: Settings) {
  const { resolution, fps, minFps, jpegQuality, maxBitrate, encoder } = settings
  const { rotation, hflip, vflip, sensorMode, stillStream, bufferCount, frameTimeout, idleSeconds } = settings
  return {
    ...resolution,
    fps,
    ...(minFps === undefined ? {} : { minFps }),
    quality: jpegQuality,
    ...(maxBitrate === undefined ? {} : { maxBitrate }),
    encoder,
    rotation,
    hflip,
    vflip,
    sensorMode,
    stillStream,
    ...(bufferCount === undefined ? {} : { bufferCount }),
    frameTimeout,
    idleSeconds,
  }
}
