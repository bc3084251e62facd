// caddy:2, which docs/compose/tls-proxy.yml starts: pulled, or where no registry can be reached, Debian's Caddy laid out
// like the official image.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask, run } from '../../../lib/setup/run.mjs'
import { step } from '../../../lib/setup/step.mjs'

const IMAGE = 'caddy:2'

/** @param {string} suite */
const dockerfile = (suite) => `FROM debian:${suite}-slim
RUN apt-get update && apt-get install -y --no-install-recommends caddy ca-certificates
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
`

/** @param {string} suite Of Debian. */
export async function caddyImage(suite) {
  if (ask('docker', ['image', 'inspect', IMAGE]) !== undefined) return
  if (ask('docker', ['pull', '--quiet', IMAGE]) !== undefined) return
  const context = mkdtempSync(join(tmpdir(), 'mio-caddy-'))
  try {
    writeFileSync(join(context, 'Dockerfile'), dockerfile(suite))
    await step(`Image ${IMAGE}`, 'no registry can be reached', (onLine) =>
      run('docker', ['build', '--network', 'host', '--tag', IMAGE, context], { onLine }),
    )
  } finally {
    rmSync(context, { recursive: true })
  }
}
