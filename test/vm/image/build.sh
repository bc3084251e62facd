#!/bin/bash
# Builds what the virtual machine boots, from Debian packages:
#
#   build.sh ARCH OUT   ARCH: amd64 or arm64; OUT gets vmlinuz, initrd.img and root.sqfs
#
# Needs root (chroot, mount). MIRROR is Debian's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
arch=$1 out=$2
suite=trixie linux=6.12
host=$(dpkg --print-architecture)
root=$out/root builder=$out/builder
mkdir -p "$out"

# Unpacked, no maintainer script runs: so any architecture will do, without an emulator. libcamera comes from the
# backports: trixie's own leaves the frames of its virtual camera without sequence and timestamp.
unpack() { # ARCHITECTURE FOLDER PACKAGES...
  local packages=("${@:3}")
  mmdebstrap --variant=extract --mode=root --architectures="$1" "${packages[@]/#/--include=}" "${hooks[@]}" \
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --setup-hook='mkdir -p "$1/etc/apt/preferences.d"; printf "Package: src:libcamera\nPin: release n='$suite'-backports\nPin-Priority: 990\n" >"$1/etc/apt/preferences.d/libcamera"' \
    $suite "$2" "deb $MIRROR $suite main" "deb $MIRROR $suite-backports main" 2>&1
}

echo 'Packages of the guest'
# Its kernel's headers by themselves: they depend on a compiler that runs on that architecture.
mkdir -p "$out/headers"
hooks=(--extract-hook="cd '$out/headers'; "'
  release=$(basename "$(echo "$1"/usr/lib/modules/*)")
  APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq download "linux-headers-$release" "linux-headers-${release%-*}-common"')
unpack "$arch" "$root" '?essential' kmod udev busybox-static v4l-utils libcamera0.7 libcamera-ipa libturbojpeg0 nodejs "linux-image-$arch"
kernel=$(basename "$(echo "$root"/usr/lib/modules/*)")
triplet=$(basename "$(echo "$root"/usr/lib/*-linux-gnu)")

# What maintainer scripts would have done.
echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
printf '%s\n' root:x:0: tty:x:5: disk:x:6: kmem:x:15: dialout:x:20: audio:x:29: video:x:44: input:x:101: render:x:102: kvm:x:103: \
  >"$root/etc/group"
ldconfig -r "$root"
ln -sf mawk "$root/usr/bin/awk"
install -m 644 -D "$here/virtual.yaml" "$root/usr/share/libcamera/pipeline/virtual/virtual.yaml"

# Of 4000 modules these few will do.
modules=$root/usr/lib/modules/$kernel
mv "$modules/kernel" "$out/kernel"
for folder in drivers/{block,char,media,usb,virtio} fs/{overlayfs,squashfs} lib; do
  mkdir -p "$modules/kernel/$(dirname "$folder")"
  [ ! -d "$out/kernel/$folder" ] || mv "$out/kernel/$folder" "$modules/kernel/$folder"
done
rm -rf "$out/kernel"

echo "Packages to build modules for $kernel"
hooks=()
libc=libc6-dev
[ "$host" = "$arch" ] || libc=libc6-dev-$arch-cross
unpack "$host" "$builder" base-files bash dash coreutils findutils grep sed mawk make patch \
  "gcc-${triplet//_/-}" "$libc" "linux-kbuild-${kernel%-*}" "linux-source-$linux"
for package in "$out"/headers/*.deb; do dpkg-deb --extract "$package" "$builder"; done
rm -rf "$out/headers"
ln -sf mawk "$builder/usr/bin/awk"
. "$here/kernel-modules.sh"

echo 'Image'
cp "$root/boot/vmlinuz-$kernel" "$out/vmlinuz"
# The initramfs finds the image, which is mounted read-only below a tmpfs: each boot is the first.
ram=$out/initramfs
mkdir -p "$ram"/{bin,modules,dev,proc,sys,ro,rw,root}
cp "$root/usr/bin/busybox" "$ram/bin/"
cp "$here/init" "$here/vm-init" "$ram/"
chmod +x "$ram/init" "$ram/vm-init"
for name in virtio_blk squashfs overlay; do
  file=$(find "$modules/kernel" -name "$name.ko*")
  case $file in
    *.xz) xz -dc "$file" >"$ram/modules/$name.ko" ;;
    ?*) cp "$file" "$ram/modules/" ;;
  esac
done
(cd "$ram" && find . | cpio -o -H newc --quiet | zstd -q -3) >"$out/initrd.img"
mksquashfs "$root" "$out/root.sqfs" -comp lz4 -noappend -no-progress -no-xattrs -quiet -wildcards \
  -e boot 'usr/lib/*/libLLVM*' 'usr/lib/*/libgallium*' usr/share/doc usr/share/man usr/share/locale var/lib/apt var/cache >/dev/null
rm -rf "$ram" "$root" "$builder"
echo "$(du -h "$out/root.sqfs" | cut -f1) image"
