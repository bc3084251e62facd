#!/bin/sh
# Installs the compiler and the libraries to build for TARGETARCH on this machine, whatever its own architecture is, and
# writes /runtime-packages: what the built addon needs, libcamera in exactly the version it is linked with.
# usage: build_packages.sh TARGETARCH
set -eu
target=$1
machine=$(dpkg --print-architecture)

dpkg --add-architecture "$target"
apt-get update
case $target/$machine in
"$machine/$machine") compiler="g++ pkgconf" ;;
arm64/*) compiler="g++-aarch64-linux-gnu pkgconf:arm64" ;;
amd64/*) compiler="g++-x86-64-linux-gnu pkgconf:amd64" ;;
*)
  echo "no cross compiler is known for $target on $machine" >&2
  exit 2
  ;;
esac

# 0.4 is the first whose controls can be read as data; Debian 12 has an older one, and gets the synthetic camera alone.
offered=$(apt-cache policy "libcamera-dev:$target" | sed -n 's/^ *Candidate: //p')
libcamera=
if dpkg --compare-versions "$offered" ge 0.4; then
  libcamera="/no-egl-vendor.deb libcamera-dev:$target"
else
  echo "libcamera-dev ${offered:-(none)} is too old: the image is built WITHOUT real cameras" >&2
fi

# shellcheck disable=SC2086 # lists of packages
apt-get install -y --no-install-recommends cmake ninja-build $compiler $libcamera \
  "$(apt-cache search --names-only '^libturbojpeg0?-dev$' | cut -d' ' -f1 | tail -1):$target"

{
  echo libturbojpeg0
  echo libstdc++6
  # Debian's name of the library has the soname in it.
  dpkg-query -W -f '${db:Status-Abbrev} ${Package}=${Version}\n' 'libcamera[0-9]*' 2> /dev/null | sed -n 's/^ii *//p'
  if [ "$libcamera" ]; then echo libcamera-ipa; fi
} > /runtime-packages
cat /runtime-packages
