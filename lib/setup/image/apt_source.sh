#!/bin/sh
# Adds the apt source that libcamera comes from, and makes /no-egl-vendor.deb.
# usage: apt_source.sh KIND SUITE RASPBERRY_PI_ARCHIVE
#   raspberrypi  Raspberry Pi's own build: the one that fits the kernels of Raspberry Pi OS
#   backports    Debian's newest, where the suite has backports of it: fits mainline kernels
#   stable       what the Debian release has
#   arm64        raspberrypi
#   amd64        backports
# /keyring/keyring.deb (raspberrypi only) is Raspberry Pi's keyring package, its checksum already verified.
set -eu
kind=$1 suite=$2 archive=$3

case $kind in
arm64) kind=raspberrypi ;;
amd64) kind=backports ;;
esac

case $kind in
raspberrypi)
  keys=/usr/share/keyrings/raspberrypi-archive-keyring.pgp
  dpkg-deb --fsys-tarfile /keyring/keyring.deb | tar -xO ".$keys" > "$keys"
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$archive" "$suite" "$keys" \
    > /etc/apt/sources.list.d/raspberrypi.sources
  # A pin knows the host without the port.
  host=${archive#*://} host=${host%%/*} host=${host%%:*}
  # That archive also has its own libc6, libdrm, ffmpeg, …: only the camera's packages are taken from it. Without
  # `:any` a pin does not hold for another architecture than the build machine's.
  {
    printf 'Package: *\nPin: origin %s\nPin-Priority: -1\n\n' "$host"
    printf 'Package: libcamera*:any libpisp*:any\nPin: origin %s\nPin-Priority: 990\n' "$host"
  } > /etc/apt/preferences.d/raspberrypi
  ;;
backports)
  # The first stanza of Debian's own sources, with the other suite.
  sed "s/^Suites: .*/Suites: $suite-backports/;/^\$/,\$d" /etc/apt/sources.list.d/debian.sources \
    > /etc/apt/sources.list.d/backports.sources
  printf 'Package: libcamera*:any libpisp*:any\nPin: release n=%s-backports\nPin-Priority: 990\n' "$suite" \
    > /etc/apt/preferences.d/backports
  ;;
stable) ;;
*)
  echo "LIBCAMERA_FROM is \"$kind\"; allowed are raspberrypi, backports and stable" >&2
  exit 2
  ;;
esac

# Debian's libcamera depends on libegl1 for its software image processing, and that on Mesa and LLVM (215 MB). No
# Raspberry Pi pipeline uses EGL, so an empty package takes the place of the vendor's library.
work=$(mktemp -d)
mkdir "$work/DEBIAN"
cat > "$work/DEBIAN/control" << 'CONTROL'
Package: no-egl-vendor
Version: 1
Architecture: all
Multi-Arch: foreign
Maintainer: nobody <nobody@localhost>
Provides: libegl-mesa0
Description: takes the place of an EGL vendor library
CONTROL
chmod 755 "$work"
dpkg-deb -b "$work" /no-egl-vendor.deb > /dev/null
rm -r "$work"
