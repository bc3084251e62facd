// What the errors tell to run, on the systems that people have.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  buildCommand,
  installedSonames,
  noLibcameraHelp,
  notBuiltHelp,
  notLoadedHelp,
} from '../../lib/camera/addon_help.ts'
import { parseOsRelease } from '../../lib/machine/distribution.ts'

const debian12 = parseOsRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n', false)
const debian13 = parseOsRelease('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n', false)
const sid = parseOsRelease('PRETTY_NAME="Debian GNU/Linux forky/sid"\nID=debian\n', false)
// The 64-bit edition of Raspberry Pi OS tells itself apart only by /etc/rpi-issue.
const pi11 = parseOsRelease('ID=debian\nVERSION_ID="11"\n', true)
const pi12 = parseOsRelease('ID=debian\nVERSION_ID="12"\n', true)
const pi13 = parseOsRelease('ID=debian\nVERSION_ID="13"\n', true)
const ubuntu = parseOsRelease('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n', false)
const fedora = parseOsRelease('PRETTY_NAME="Fedora Linux 43"\nID=fedora\nVERSION_ID=43\n', false)
const manjaro = parseOsRelease('ID=manjaro\nID_LIKE=arch\n', false)
const alpine = parseOsRelease('ID=alpine\nVERSION_ID=3.22.1\n', false)
const unknown = parseOsRelease('', false)

describe('no libcamera', () => {
  test.each([
    ['Debian 13', debian13, 'Install libcamera: sudo apt-get install -y libcamera0.4 libcamera-ipa'],
    ['Debian sid', sid, 'Install libcamera: sudo apt-get install -y libcamera0.7 libcamera-ipa'],
    ['Raspberry Pi OS 13', pi13, 'Install libcamera: sudo apt-get install -y libcamera0.7 libcamera-ipa'],
    ['Debian 12', debian12, 'Debian GNU/Linux 12 (bookworm) has no libcamera 0.4 or newer: upgrade to Debian 13'],
    ['Raspberry Pi OS 12', pi12, 'Install libcamera: sudo apt-get install -y libcamera-ipa'],
    ['Raspberry Pi OS 11', pi11, 'build for it: sudo apt-get install -y g++'],
    ['Ubuntu', ubuntu, 'build for it: sudo apt-get install -y g++'],
    ['Fedora', fedora, 'sudo dnf install -y gcc-c++ cmake ninja-build pkgconf turbojpeg-devel libcamera-devel'],
    ['an Arch derivative', manjaro, 'sudo pacman -S --needed'],
    ['an unknown system', unknown, `build for it: ${buildCommand()}`],
  ])('on %s', (_, system, words) => {
    expect(noLibcameraHelp([], system)).toContain(words)
  })

  test('one that no backend is for', () => {
    expect(noLibcameraHelp(['libcamera.so.0.9'], debian13)).toBe(
      'Build for the libcamera that is here, libcamera.so.0.9: sudo apt-get install -y g++ cmake ninja-build pkg-config ' +
        `libturbojpeg0-dev libcamera-dev libcamera-ipa && ${buildCommand()}`,
    )
  })

  test('libraries of LD_LIBRARY_PATH are found, in order', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mio-sonames-'))
    const before = process.env['LD_LIBRARY_PATH']
    try {
      for (const name of ['libcamera.so.0.9', 'libcamera.so.0.10', 'libcamera.so.0.10.1', 'libcamera-base.so.0.9'])
        writeFileSync(join(folder, name), '')
      process.env['LD_LIBRARY_PATH'] = folder
      expect(installedSonames().slice(0, 2)).toEqual(['libcamera.so.0.10', 'libcamera.so.0.9'])
    } finally {
      process.env['LD_LIBRARY_PATH'] = before
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the addon', () => {
  test('in a package is built with its own command, in a checkout with npm', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mio-package-'))
    expect(buildCommand(folder)).toBe('npm install --save-dev cmake-js node-addon-api && npx motioninocean build')
    mkdirSync(join(folder, 'checkout'))
    writeFileSync(join(folder, 'checkout/binding.gyp'), '')
    expect(buildCommand(join(folder, 'checkout'))).toBe('npm run build:native')
    rmSync(folder, { recursive: true })
  })

  test('not built', () => {
    expect(notBuiltHelp('glibc', debian13)).toMatch(/^Build it once: sudo apt-get install -y g\+\+ .* && npm/)
    expect(notBuiltHelp('musl', alpine)).toContain('builds for glibc only): sudo apk add g++')
  })

  test.each([
    ['libturbojpeg.so.0: cannot open shared object file: No such file', debian13, 'install -y libturbojpeg0'],
    ['libturbojpeg.so.0: cannot open shared object file: No such file', ubuntu, 'install -y libturbojpeg'],
    ['libturbojpeg.so.0: cannot open shared object file: No such file', fedora, 'dnf install -y turbojpeg'],
    ['libstdc++.so.6: cannot open shared object file: No such file', debian13, 'Debian GNU/Linux 13 (trixie) that has'],
    ["/lib/libc.so.6: version `GLIBC_2.36' not found (required by x.node)", debian12, 'so build it here: sudo apt-get'],
  ])('not loaded: %s', (words, system, help) => {
    expect(notLoadedHelp(words, system)).toContain(help)
  })
})
