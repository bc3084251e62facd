// What doctor says on whole machines, word for word.
import { expect, test } from 'vitest'
import { emptyContainer, inContainer, laptop, pi3, pi4, pi5, pi5Mainline, zero2 } from '../kit/boards.ts'
import { libcameraWith, noLibcamera, reportOn, videoCore } from './examined.ts'

test('Zero 2 W, all well', async () => {
  expect(await reportOn(zero2, { libcamera: libcameraWith('ov5647'), encoders: videoCore })).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi Zero 2 W Rev 1.0, kernel 6.12.47+rpt-rpi-v8 from Raspberry Pi
    ✓ udev           udev's database can be read
    ✓ devices        all 14 that the camera needs can be opened
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_vc4.so
    ✓ cameras        ov5647 (/base/soc/i2c0mux/i2c@1/ov5647@1a)
    ✓ busy           no program uses the camera
    ✓ dma-heap       /dev/dma_heap/linux,cma, /dev/dma_heap/system
    ✓ cma            64 MB of contiguous memory, 51 MB free; 1280x720 takes some 34 MB
    ✓ encoder        /dev/video31, /dev/video11 can encode in hardware
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    Nothing is missing."
  `)
})

test('Zero 2 W, asked for more than its memory holds', async () => {
  const size = { width: 2592, height: 1944 }
  expect(await reportOn(zero2, { libcamera: libcameraWith('ov5647'), encoders: videoCore, size }))
    .toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi Zero 2 W Rev 1.0, kernel 6.12.47+rpt-rpi-v8 from Raspberry Pi
    ✓ udev           udev's database can be read
    ✓ devices        all 14 that the camera needs can be opened
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_vc4.so
    ✓ cameras        ov5647 (/base/soc/i2c0mux/i2c@1/ov5647@1a)
    ✓ busy           no program uses the camera
    ✓ dma-heap       /dev/dma_heap/linux,cma, /dev/dma_heap/system
    ✗ cma            ERR_CMA_TOO_SMALL: 64 MB of contiguous memory, 51 MB free, and 2592x1944 takes some 86 MB
                     → Reserve more (on a Pi: dtoverlay=vc4-kms-v3d,cma-256 in /boot/firmware/config.txt, then restart), or ask for a smaller size
    ✓ encoder        /dev/video31, /dev/video11 can encode in hardware
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    One thing is missing (✗)."
  `)
})

test('Pi 3, all well', async () => {
  expect(await reportOn(pi3, { libcamera: libcameraWith('imx219'), encoders: videoCore })).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi 3 Model B Plus Rev 1.3, kernel 6.12.47+rpt-rpi-v8 from Raspberry Pi
    ✓ udev           udev's database can be read
    ✓ devices        all 14 that the camera needs can be opened
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_vc4.so
    ✓ cameras        imx219 (/base/soc/i2c0mux/i2c@1/imx219@1a)
    ✓ busy           no program uses the camera
    ✓ dma-heap       /dev/dma_heap/linux,cma, /dev/dma_heap/system
    ✓ cma            256 MB of contiguous memory, 240 MB free; 1280x720 takes some 34 MB
    ✓ encoder        /dev/video31, /dev/video11 can encode in hardware
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    Nothing is missing."
  `)
})

test('Pi 4, all well', async () => {
  expect(await reportOn(pi4, { libcamera: libcameraWith('imx708_wide'), encoders: videoCore })).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi 4 Model B Rev 1.4, kernel 6.12.47+rpt-rpi-v8 from Raspberry Pi
    ✓ udev           udev's database can be read
    ✓ devices        all 15 that the camera needs can be opened
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_vc4.so
    ✓ cameras        imx708_wide (/base/soc/i2c0mux/i2c@1/imx708_wide@1a)
    ✓ busy           no program uses the camera
    ✓ dma-heap       /dev/dma_heap/linux,cma, /dev/dma_heap/system
    ✓ cma            512 MB of contiguous memory, 470 MB free; 1280x720 takes some 34 MB
    ✓ encoder        /dev/video31, /dev/video11 can encode in hardware
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    Nothing is missing."
  `)
})

test('Pi 5, all well', async () => {
  expect(await reportOn(pi5, { libcamera: libcameraWith('imx708') })).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi 5 Model B Rev 1.0, kernel 6.12.47+rpt-rpi-2712 from Raspberry Pi
    ✓ udev           udev's database can be read
    ✓ devices        all 21 that the camera needs can be opened
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_pisp.so
    ✓ cameras        imx708 (/base/soc/i2c0mux/i2c@1/imx708@1a)
    ✓ busy           no program uses the camera
    ✓ dma-heap       /dev/dma_heap/linux,cma, /dev/dma_heap/system
    ✓ cma            64 MB of contiguous memory, 58 MB free; 1280x720 takes some 34 MB
    ✓ encoder        the CPU encodes: this board has no encoder for JPEG
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    Nothing is missing."
  `)
})

test("Pi 5 with Debian's kernel and Raspberry Pi's libcamera", async () => {
  expect(await reportOn(pi5Mainline)).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi 5 Model B Rev 1.0, kernel 6.16.3+deb13-arm64 from Debian
    ✓ udev           udev's database can be read
    ✓ devices        all 21 that the camera needs can be opened
    ✗ libcamera      ERR_LIBCAMERA_MISMATCH: libcamera 0.7.1+rpt20260429-1 is Raspberry Pi's and the kernel's camera driver is mainline's
                     → Use a libcamera from where the kernel comes from: on Raspberry Pi OS, the image as published or Raspberry Pi's own packages
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_pisp.so
    ✗ cameras        ERR_NO_CAMERA: the kernel has sensor imx708, and libcamera lists no camera
                     → Mend what else is missing here; if that is nothing, look at the lines of libcamera in the log of the service
    ✓ busy           no program uses the camera
    ✓ dma-heap       /dev/dma_heap/linux,cma, /dev/dma_heap/system
    ✓ cma            64 MB of contiguous memory, 58 MB free; 1280x720 takes some 34 MB
    ✓ encoder        the CPU encodes: this board has no encoder for JPEG
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    2 things are missing (✗)."
  `)
})

test('laptop with a webcam and no libcamera', async () => {
  expect(await reportOn(laptop, { libcamera: noLibcamera })).toMatchInlineSnapshot(`
    "✓ board          not a Raspberry Pi, kernel 6.12.48+deb13-amd64 from Debian
    ✓ udev           udev's database can be read
    ✓ devices        all 3 that the camera needs can be opened
    ✗ libcamera      ERR_LIBCAMERA_UNAVAILABLE: libcamera could not be loaded: libcamera.so.0.7: cannot open shared object file: No such file or directory; installed: none that is in a usual place
                     → Install libcamera 0.4 or newer (Debian 13, Raspberry Pi OS: sudo apt install libcamera-dev) and build again, or use the synthetic camera
    ✗ cameras        ERR_NO_CAMERA: the kernel has HD Webcam: HD Webcam, and libcamera lists no camera
                     → Mend what else is missing here; if that is nothing, look at the lines of libcamera in the log of the service
    ✓ busy           no program uses the camera
    ✓ dma-heap       there is none; a webcam needs none
    ✓ encoder        the CPU encodes: there is no hardware encoder
    ✓ memory limits  the kernel can limit memory

    2 things are missing (✗)."
  `)
})

test('empty container', async () => {
  expect(await reportOn(emptyContainer)).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi 4 Model B Rev 1.4, kernel 6.12.47+rpt-rpi-v8 from Raspberry Pi, seen from a container
    ✗ udev           ERR_NO_UDEV: there is no /run/udev, so libcamera lists no camera
                     → Mount the host's /run/udev: in the compose file, volumes: ["/run/udev:/run/udev:ro"]; without Docker, start udev
    ! camera ids     the container hides /sys/firmware, so camera ids are not those of the host, and some sensors fail
                     → In the compose file: security_opt: ["systempaths=unconfined"]
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_vc4.so
    ✗ cameras        ERR_NO_CAMERA: the kernel has no camera
                     → With the power off, check the ribbon cable at both ends; /boot/firmware/config.txt must have camera_auto_detect=1, or the dtoverlay of a camera that is not from Raspberry Pi
    ✗ dma-heap       ERR_NO_DMA_HEAP: there is none
                     → Map /dev/dma_heap into the container and give the heaps to the group video; outside a container, add the user to it
    ✓ cma            512 MB of contiguous memory, 469 MB free; 1280x720 takes some 34 MB
    ✓ encoder        the CPU encodes: there is no hardware encoder
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    3 things are missing (✗)."
  `)
})

test('container on a Pi 4 with nothing given to it', async () => {
  const bare = inContainer(pi4, { nodes: () => undefined, groups: [], udev: false, firmware: false })
  expect(await reportOn(bare)).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi 4 Model B Rev 1.4, kernel 6.12.47+rpt-rpi-v8 from Raspberry Pi, seen from a container
    ✗ udev           ERR_NO_UDEV: there is no /run/udev, so libcamera lists no camera
                     → Mount the host's /run/udev: in the compose file, volumes: ["/run/udev:/run/udev:ro"]; without Docker, start udev
    ✗ devices        ERR_DEVICE_NOT_MAPPED: /dev/media0, /dev/media2, /dev/media3 and 12 more: the kernel has it, the container does not (ENOENT)
                     → Map the camera devices into the container: \`motioninocean doctor --compose\` writes a compose file with all of them
    ! camera ids     the container hides /sys/firmware, so camera ids are not those of the host, and some sensors fail
                     → In the compose file: security_opt: ["systempaths=unconfined"]
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_vc4.so
    ✗ cameras        ERR_NO_CAMERA: the kernel has sensor imx708_wide, and libcamera lists no camera
                     → Mend what else is missing here; if that is nothing, look at the lines of libcamera in the log of the service
    ✓ busy           no program uses the camera, as far as this container sees
    ✗ dma-heap       ERR_NO_DMA_HEAP: /dev/dma_heap/linux,cma: ENOENT, /dev/dma_heap/system: ENOENT
                     → Map /dev/dma_heap into the container and give the heaps to the group video; outside a container, add the user to it
    ✓ cma            512 MB of contiguous memory, 470 MB free; 1280x720 takes some 34 MB
    ! encoder        the CPU encodes, as no device does: /dev/video11: ENOENT; /dev/video31: ENOENT
                     → Map the encoder too (motioninocean doctor --compose names it), or choose another size
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    4 things are missing (✗)."
  `)
})

test('container on a Pi 4 as the compose file starts it', async () => {
  const circumstances = { libcamera: libcameraWith('imx708_wide'), encoders: videoCore }
  expect(await reportOn(inContainer(pi4), circumstances)).toMatchInlineSnapshot(`
    "✓ board          Raspberry Pi 4 Model B Rev 1.4, kernel 6.12.47+rpt-rpi-v8 from Raspberry Pi, seen from a container
    ✓ udev           udev's database can be read
    ✓ devices        all 15 that the camera needs can be opened
    ✓ libcamera      v0.7.1+rpt20260429, with a backend built for 0.7.1
    ✓ ipa            /usr/lib/aarch64-linux-gnu/libcamera/ipa/ipa_rpi_vc4.so
    ✓ cameras        imx708_wide (/base/soc/i2c0mux/i2c@1/imx708_wide@1a)
    ✓ busy           no program uses the camera, as far as this container sees
    ✓ dma-heap       /dev/dma_heap/linux,cma, /dev/dma_heap/system
    ✓ cma            512 MB of contiguous memory, 470 MB free; 1280x720 takes some 34 MB
    ✓ encoder        /dev/video31, /dev/video11 can encode in hardware
    ! memory limits  the memory cgroup is off: mem_limit in a compose file does nothing, and docker stats shows 0
                     → To have it, add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart

    Nothing is missing."
  `)
})
