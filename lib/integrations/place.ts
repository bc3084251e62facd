export interface PlaceOptions {
  /** URL of the service as the reader reaches it, without a slash at the end, e.g. `http://192.168.1.50:8000`. */
  service: string
  /** Id of a camera; by default the first, whose URLs name none. */
  camera?: string | undefined
  /** Whether the service asks for a token. */
  hasToken?: boolean
}

/** Where the service is, as those who use it must write it. */
export class Place {
  /** What stands in a snippet where the reader puts the service's token. */
  static readonly token = 'TOKEN'

  readonly hasToken: boolean
  /** Without a slash at the end. */
  readonly service: string
  readonly #camera: string

  constructor({ service, camera, hasToken = false }: PlaceOptions) {
    this.hasToken = hasToken
    this.service = service
    this.#camera = camera === undefined ? this.service : `${this.service}/cameras/${camera}`
  }

  /** Host and port. */
  get target(): string {
    return new URL(this.service).host
  }

  get scheme(): string {
    return new URL(this.service).protocol.replace(':', '')
  }

  /** Path of a URL of the service, for those who want it apart from the host. */
  pathOf(path: string): string {
    return `${new URL(this.service).pathname.replace(/\/$/, '')}${path}`
  }

  /** A URL of the camera for a client that can send a header. */
  camera(path: string): string {
    return `${this.#camera}${path}`
  }

  /** A URL of the camera for a client that can send none, such as `<img>`: the token goes along. */
  embedded(path: string): string {
    if (!this.hasToken) return this.camera(path)
    return `${this.camera(path)}${path.includes('?') ? '&' : '?'}token=${Place.token}`
  }
}
