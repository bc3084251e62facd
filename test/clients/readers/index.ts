import { browser } from './browser.ts'
import { fluidd } from './fluidd.ts'
import { go2rtc } from './go2rtc.ts'
import { homeAssistant } from './home_assistant.ts'
import { mainsail } from './mainsail.ts'
import type { Client } from './reader.ts'

export type { Client, ClientReader } from './reader.ts'
export { browser, fluidd, go2rtc, homeAssistant, mainsail }

/** Every client whose rules of reading are known. */
export const clients: readonly Client[] = [homeAssistant, browser, mainsail, fluidd, go2rtc]
