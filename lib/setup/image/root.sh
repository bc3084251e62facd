#!/bin/sh
# Makes /out, the root file system of the image but for Node and the service, for TARGETARCH on the build machine: the
# base, less what a service does not need, and the packages it does need. No program of the target runs; of the
# packages' maintainer scripts only ldconfig would matter, and the default folders are searched without its cache.
# usage: root.sh TARGETARCH       (/base, /runtime-packages and /no-egl-vendor.deb are there)
set -eu
target=$1
dpkg=/out/var/lib/dpkg

mkdir /out
cp -a /base/. /out

# Resolved against what the base has already.
apt="apt-get -o APT::Architecture=$target -o APT::Architectures=$target -o Dir::State::status=$dpkg/status"
$apt update
# shellcheck disable=SC2046 # a list of packages
$apt install -y --no-install-recommends --download-only /no-egl-vendor.deb $(cat /runtime-packages)
for deb in /var/cache/apt/archives/*.deb; do
  # Where /lib is a link to /usr/lib it stays one, though packages of Debian 12 bring a folder of that name.
  dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C /out
  # Into the list of packages, for `dpkg -l` and scanners.
  { dpkg-deb -f "$deb" | sed '/^Package:/a Status: install ok installed'; echo; } >> $dpkg/status
done

# The package manager, Perl, and everything that changes users or mounts: by dpkg's own lists of their files.
for package in apt 'libapt-pkg*' debian-archive-keyring gpgv login login.defs mount passwd perl-base sqv; do
  for list in "$dpkg"/info/$package.list "$dpkg"/info/$package:"$target".list; do
    [ -f "$list" ] || continue
    name=$(basename "$list" .list)
    while read -r path; do
      if [ -d "/out$path" ] && [ ! -L "/out$path" ]; then continue; fi
      # Links to the same in /usr, which packages of Debian 12 have as folders.
      case $path in /bin | /sbin | /lib | /lib64) continue ;; esac
      rm -f "/out$path"
    done < "$list"
    rm -f "$dpkg/info/$name".*
    # A stanza of the status file ends with an empty line.
    awk -v gone="Package: ${name%:*}" 'BEGIN { RS = ""; ORS = "\n\n" } { split($0, line, "\n") } line[1] != gone' \
      $dpkg/status > /tmp/status
    cat /tmp/status > $dpkg/status
  done
done
rm -f $dpkg/*-old

cd /out/usr/share
find doc -type f ! -name copyright -delete
rm -rf man lintian bug locale gdb
# Image processing of other boards than a Raspberry Pi.
rm -rf libcamera/ipa/rkisp1 libcamera/ipa/mali-c55 libcamera/ipa/ipu3 libcamera/ipa/nxpneo
rm -rf /out/var/lib/apt /out/var/cache/apt /out/etc/apt

echo 'motioninocean:x:10001:10001::/nonexistent:/usr/sbin/nologin' >> /out/etc/passwd
echo 'motioninocean:x:10001:' >> /out/etc/group
sed -i 's/^video:x:44:.*/video:x:44:motioninocean/' /out/etc/group
# For a volume with what the service remembers.
install -d -o 10001 -g 10001 /out/var/lib/motioninocean
mkdir -p /out/usr/local/bin
ln -s /app/dist/cli/main.js /out/usr/local/bin/motioninocean

# Nobody gains rights here.
find /out -xdev -type f -perm /6000 -exec chmod ug-s {} +
