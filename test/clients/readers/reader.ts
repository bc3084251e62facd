/**
 * How a program that nobody here wrote reads a stream: the rules of its source, written anew, its weaknesses
 * included. What it would show comes out.
 */
export interface ClientReader {
  /** Takes bytes as they come from the network, in any pieces. Throws where the client would give up. */
  push(chunk: Uint8Array): Buffer[]
}

export interface Client {
  readonly name: string
  /** Pictures that one stream can give it. */
  readonly most: number
  /** Throws where the client would refuse the answer. */
  read(contentType: string): ClientReader
}
