import type { Rectangle } from './geometry.ts'

/** How a sensor is read out. */
export interface SensorMode {
  readonly width: number
  readonly height: number
  readonly bitDepth: number
  /** The part of the sensor that this mode reads, in the sensor's pixels. */
  readonly crop: Rectangle
  /** Frames per second at most. */
  readonly maxFps: number
  /** Whether it reads as much of the sensor as any mode does. */
  readonly fullFieldOfView: boolean
}
