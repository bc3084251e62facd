import type { Client, ClientReader } from './reader.ts'

const startOfImage = Buffer.from([0xff, 0xd8])
const endOfImage = Buffer.from([0xff, 0xd9])

/**
 * Home Assistant's thumbnail of a camera without a still URL (`homeassistant/components/mjpeg/camera.py`,
 * `extract_image_from_mjpeg`): everything from the first start marker to the first end marker, wherever they
 * are. A thumbnail in the Exif data would be taken for the picture's end.
 */
class HomeAssistantReader implements ClientReader {
  #bytes: Buffer = Buffer.alloc(0)
  #done = false

  push(chunk: Uint8Array): Buffer[] {
    if (this.#done) return []
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const end = this.#bytes.indexOf(endOfImage)
    const start = this.#bytes.indexOf(startOfImage)
    if (end < 0 || start < 0) return []
    this.#done = true
    return [this.#bytes.subarray(start, end + 2)]
  }
}

export const homeAssistant: Client = {
  name: 'Home Assistant',
  most: 1,
  read: () => new HomeAssistantReader(),
}
