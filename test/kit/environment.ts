/** What the tests stand on in place of hardware. */
export { HardwareEncoders, type EncoderNumber } from './hardware_encoders.ts'
export { plainEnvironment, processEnvironment } from './process_environment.ts'
export { virtualCameras, type VirtualCamera } from './virtual_cameras.ts'
export { Webcams } from './webcams.ts'
