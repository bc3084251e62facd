/** Of a picture or, where it says so, of the sensor: pixels, from the top left. */
export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

/** Pixels. */
export interface Size {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}
