import { cameraContract } from './contract.ts'
import { hardwareKind } from './hardware_kind.ts'

cameraContract(hardwareKind(11, 'copy'))
