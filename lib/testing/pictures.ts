import { syntheticCamera } from './synthetic_camera.ts'

/**
 * JPEGs of the synthetic camera, each with another frame number and another scene.
 * @param count how many
 * @param size in pixels, even numbers
 */
export async function pictures(count = 1, { width = 320, height = 240 } = {}): Promise<Buffer[]> {
  const camera = await syntheticCamera({ width, height })
  try {
    const jpegs: Buffer[] = []
    while (jpegs.length < count) jpegs.push(await camera.snapshot({ maxAge: 0 }))
    return jpegs
  } finally {
    await camera.close()
  }
}
