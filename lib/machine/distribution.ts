import { existsSync, readFileSync } from 'node:fs'

/** What /etc/os-release says of a system: https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
export interface Distribution {
  /** `debian`, `raspbian`, `ubuntu`, `fedora`, `arch`, `alpine`, … */
  readonly id: string
  /** Those that it is made from. */
  readonly like: readonly string[]
  /** E.g. 13; NaN for Debian testing and rolling ones. */
  readonly version: number
  /** E.g. `Debian GNU/Linux 13 (trixie)`. */
  readonly name: string
  /** Raspberry Pi OS calls itself Debian in its 64-bit edition, but has packages of its own. */
  readonly isRaspberryPiOs: boolean
}

/** This system's. */
export function thisDistribution(): Distribution {
  const file = ['/etc/os-release', '/usr/lib/os-release'].find((path) => existsSync(path))
  return parseOsRelease(file ? readFileSync(file, 'utf8') : '', existsSync('/etc/rpi-issue'))
}

export function parseOsRelease(text: string, isRaspberryPi: boolean): Distribution {
  const value = (key: string): string => new RegExp(`^${key}=["']?(.*?)["']?$`, 'm').exec(text)?.[1] ?? ''
  const id = value('ID') || 'linux'
  return {
    id,
    like: value('ID_LIKE').split(' ').filter(Boolean),
    version: Number.parseFloat(value('VERSION_ID')),
    name: value('PRETTY_NAME') || 'this system',
    isRaspberryPiOs: isRaspberryPi || id === 'raspbian',
  }
}

/** Families of systems that install packages with the same command, and call them the same. */
export type Family = 'debian' | 'fedora' | 'arch' | 'alpine' | 'suse'

const families: Record<Family, { ids: readonly string[]; command: string }> = {
  debian: { ids: ['debian', 'raspbian', 'ubuntu'], command: 'sudo apt-get install -y' },
  fedora: { ids: ['fedora', 'rhel'], command: 'sudo dnf install -y' },
  arch: { ids: ['arch'], command: 'sudo pacman -S --needed' },
  alpine: { ids: ['alpine'], command: 'sudo apk add' },
  suse: { ids: ['suse', 'opensuse'], command: 'sudo zypper install' },
}

export function familyOf({ id, like }: Distribution): Family | undefined {
  const names = new Set([id, ...like])
  return (Object.keys(families) as Family[]).find((family) => families[family].ids.some((one) => names.has(one)))
}

/**
 * The command that installs packages on this system; undefined where their names are not known.
 * @param packages what each family calls them
 */
export function installCommand(
  distribution: Distribution,
  packages: Partial<Record<Family, readonly string[]>>,
): string | undefined {
  const family = familyOf(distribution)
  const names = family && packages[family]
  return names && `${families[family].command} ${names.join(' ')}`
}
