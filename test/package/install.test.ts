import { describeInstallation } from './installation.ts'
import { ownToolchain } from './toolchain.ts'

describeInstallation(ownToolchain)
