import { frigate } from './frigate.ts'
import { go2rtc } from './go2rtc.ts'
import { grafana } from './grafana.ts'
import { homeAssistant } from './home_assistant.ts'
import { homepage } from './homepage.ts'
import { html } from './html.ts'
import type { Integration, MakeIntegration } from './integration.ts'
import { moonraker } from './moonraker.ts'
import { nodeRed } from './node_red.ts'
import { octoprint } from './octoprint.ts'
import type { Place } from './place.ts'
import { prometheus } from './prometheus.ts'
import { uptimeKuma } from './uptime_kuma.ts'

const makers: readonly MakeIntegration[] = [
  homeAssistant,
  octoprint,
  moonraker,
  homepage,
  uptimeKuma,
  frigate,
  go2rtc,
  prometheus,
  grafana,
  nodeRed,
  html,
]

/** Ready snippets for every program that is known to show the camera. */
export function integrationsFor(place: Place): Integration[] {
  return makers.map((make) => make(place))
}
