/**
 * MotionInOcean: frames of a Raspberry Pi camera, a webcam or the built-in synthetic camera, as JPEGs on
 * loan.
 * @packageDocumentation
 */
export { openCamera } from './camera/open_camera.ts'
export { Camera, type CameraEvents } from './camera/camera.ts'
export type { Control, ControlValue } from './camera/controls.ts'
export { MioError, type ErrorCode } from './camera/errors.ts'
export type { Frame } from './camera/frame.ts'
export type { Point, Rectangle, Size } from './camera/geometry.ts'
export type { FrameIterator } from './camera/frame_iterator.ts'
export type { FrameWish } from './camera/await_frame.ts'
export type { FrameInfo } from './camera/loan.ts'
export { LastingCamera, type LastingCameraOptions } from './camera/lasting_camera.ts'
export { listCameras, type CameraInfo, type PictureSize } from './camera/list.ts'
export { libcameraVersion, type LibcameraVersion } from './camera/libcamera_version.ts'
export { watchCameras, type CameraWatch } from './camera/watch.ts'
export { setLogListener, type LogLine } from './camera/log.ts'
export type { RawFormat, RawFrame, RawMode, RawPlane } from './camera/raw_frame.ts'
export type { CameraOptions, CapturePatch, CaptureSettings } from './camera/options.ts'
export type {
  CameraMode,
  CameraState,
  CameraStatistics,
  EncoderInfo,
  EncoderListener,
  FrameSource,
} from './camera/source.ts'
export type { SensorMode } from './camera/sensor_mode.ts'
export { version } from './package.ts'
