# Part of build.sh: the kernel modules that Debian does not build (vimc, vicodec, v4l2-mem2mem, raw_gadget, for arm64
# the dma-heaps), a patched dummy_hcd and our own driver, from Debian's source against its headers; and the webcam.
work=$builder/work
mkdir -p "$work"/{v4l2-mem2mem,vimc,vicodec,raw_gadget,dummy_hcd} "$modules/updates"

# Unpacking is slow: only these folders.
folders=(drivers/media/test-drivers drivers/media/v4l2-core drivers/usb/gadget drivers/dma-buf)
tar -C "$out" -xJf "$builder/usr/src/linux-source-$linux.tar.xz" "${folders[@]/#/linux-source-$linux/}"
drivers=$out/linux-source-$linux/drivers
for file in "$here"/../kernel/patches/*.patch; do patch --quiet -d "$drivers/.." -p1 <"$file"; done

cp "$drivers/media/v4l2-core/v4l2-mem2mem.c" "$work/v4l2-mem2mem/"
cp "$drivers"/media/test-drivers/vimc/*.[ch] "$work/vimc/"
cp "$drivers"/media/test-drivers/vicodec/*.[ch] "$work/vicodec/"
cp "$drivers/usb/gadget/legacy/raw_gadget.c" "$work/raw_gadget/"
cp "$drivers/usb/gadget/udc/dummy_hcd.c" "$work/dummy_hcd/"
cp -r "$here/../kernel/m2mjpeg" "$here/../kernel/dma_heaps" "$work/"
cp "$drivers/dma-buf/dma-heap.c" "$drivers/dma-buf/heaps/system_heap.c" "$work/dma_heaps/"
rm -rf "$out/linux-source-$linux"

for name in v4l2-mem2mem raw_gadget dummy_hcd; do echo "obj-m := $name.o" >"$work/$name/Kbuild"; done
for name in vimc vicodec; do
  objects=$(cd "$work/$name" && printf '%s ' *.c | sed 's/\.c /.o /g')
  printf 'obj-m := %s.o\n%s-y := %s\n' "$name" "$name" "$objects" >"$work/$name/Kbuild"
done
# In this order: m2mjpeg and vicodec use v4l2-mem2mem's symbols.
echo 'obj-m += v4l2-mem2mem/ vimc/ vicodec/ raw_gadget/ dummy_hcd/ m2mjpeg/' >"$work/Kbuild"
# Debian's amd64 kernel has its own.
[ "$arch" = amd64 ] || echo 'obj-m += dma_heaps/' >>"$work/Kbuild"

cp "$here"/../guest/uvc_camera/* "$work/"
kbuild_arch=$arch
[ "$arch" = amd64 ] && kbuild_arch=x86_64
unshare -m bash -ec "
  mount -t proc proc '$builder/proc'
  mount --bind /dev '$builder/dev'
  chroot '$builder' make -s -j$(nproc) -C /usr/src/linux-headers-$kernel ARCH=$kbuild_arch CROSS_COMPILE=$triplet- M=/work CONFIG_DEBUG_INFO_BTF_MODULES= modules
  chroot '$builder' sh -ec 'cd /work; $triplet-strip --strip-debug */*.ko; $triplet-gcc -std=gnu17 -O2 -Wall -Wextra -static -pthread -o uvc_camera *.c'
" 2>&1
cp "$work"/*/*.ko "$modules/updates/"
install -D "$work/uvc_camera" "$root/usr/local/bin/uvc_camera"
depmod -b "$root" "$kernel"
