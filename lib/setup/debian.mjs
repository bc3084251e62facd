import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

/** Every state that Debian's archive was ever in, signed as it was then. */
const SNAPSHOTS = 'https://snapshot.debian.org/archive/debian'
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * Fetches from any suite of Debian with an apt configuration of its own: the machine's stays what it is. Its
 * settings (proxy, whether old signatures count) apply all the same, because apt reads /etc/apt/apt.conf.d besides.
 * @param {object} options
 * @param {'deb' | 'deb-src'} options.kind Packages, or their sources.
 * @param {string} options.suite For instance `sid`; `sid@20260115T000000Z` is what it was at that time.
 * @param {string} [options.architecture] Debian's name of it, for instance `arm64`; the machine's own by default.
 * @param {string} options.folder Where the lists and what is fetched go.
 * @param {(line: string) => void} options.onLine
 * @returns {Promise<(args: string[]) => Promise<string>>} Runs apt-get there.
 * @throws {import('./setup_error.mjs').SetupError} when the archive has no such suite or is out of reach, or a signature is wrong.
 */
export async function aptFor({ kind, suite, architecture, folder, onLine }) {
  for (const part of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, part), { recursive: true })
  const file = (/** @type {string} */ name) => join(folder, name)
  writeFileSync(file('status'), '')
  writeFileSync(file('sources.list'), `${kind} ${archiveOf(suite)} main\n`)
  const foreign = architecture ? `APT::Architecture "${architecture}"; APT::Architectures { "${architecture}"; };` : ''
  writeFileSync(
    file('apt.conf'),
    `Dir::Etc::sourcelist "${file('sources.list')}";
    Dir::Etc::sourceparts "/dev/null";
    Dir::State "${file('state')}";
    Dir::State::status "${file('status')}";
    Dir::Cache "${file('cache')}";
    APT::Sandbox::User "";
    Acquire::Languages "none";
    ${foreign}
    `,
  )
  const options = { cwd: folder, env: { APT_CONFIG: file('apt.conf') }, onLine }
  const apt = (/** @type {string[]} */ args) => run('apt-get', args, options)
  await apt(['update', '--error-on=any'])
  return apt
}

/** @param {string} suite */
function archiveOf(suite) {
  const [name, time] = suite.split('@')
  // What a snapshot says of its age is over.
  return time === undefined
    ? `[signed-by=${KEYS}] ${mirror()} ${name}`
    : `[signed-by=${KEYS} check-valid-until=no] ${SNAPSHOTS}/${time} ${name}`
}

/** The Debian mirror that this machine uses; Debian's own address on a system that is no Debian. */
export function mirror() {
  const folder = '/etc/apt/sources.list.d'
  const files = ['/etc/apt/sources.list', ...read(() => readdirSync(folder), []).map((name) => join(folder, name))]
  const text = files
    .filter((file) => /\.(list|sources)$/.test(file))
    .map((file) => read(() => readFileSync(file, 'utf8'), ''))
    .join('\n')
    .replaceAll(/^\s*#.*$/gm, '')
  return /https?:\/\/\S+\/debian\/?(?=\s)/.exec(text)?.[0] ?? 'http://deb.debian.org/debian'
}

/**
 * @template T
 * @param {() => T} get
 * @param {T} otherwise
 */
function read(get, otherwise) {
  try {
    return get()
  } catch {
    return otherwise
  }
}
