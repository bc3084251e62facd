/**
 * What the system must have, how to see that it is there, and which Debian packages bring it (the first that
 * apt knows is taken: names differ between Debian, Raspberry Pi OS and Ubuntu). Looking for the thing and not
 * for the package makes a hand-built cmake as good as the packaged one, and works on other distributions.
 *
 * @typedef {object} Need
 * @property {string} name For people.
 * @property {string[]} [anyCommand] One of these is on the PATH.
 * @property {string} [library] pkg-config knows it.
 * @property {string} [header] It lies in an include folder of the system.
 * @property {string} [python] The system's Python can import it.
 * @property {string} [gstreamer] GStreamer has an element of this name.
 * @property {string[]} packages
 * @property {boolean} [optional] Without it, less works; the reason is shown.
 */

/** @type {Need[]} */
export const forBuild = [
  { name: 'a C++20 compiler', anyCommand: ['g++'], packages: ['g++'] },
  { name: 'CMake', anyCommand: ['cmake'], packages: ['cmake'] },
  { name: 'make or ninja', anyCommand: ['ninja', 'make'], packages: ['ninja-build'] },
  { name: 'pkg-config', anyCommand: ['pkg-config'], packages: ['pkg-config', 'pkgconf'] },
  { name: 'libjpeg-turbo', library: 'libturbojpeg', packages: ['libturbojpeg0-dev', 'libturbojpeg-dev'] },
]

/**
 * To fetch from Debian on a system that is none.
 * @type {Need}
 */
export const debianKeys = {
  name: "Debian's keys",
  header: '../share/keyrings/debian-archive-keyring.gpg',
  packages: ['debian-archive-keyring'],
}

/**
 * What the tests' own libcamera is linked with: it may come out of a cache, to a machine that has not built it.
 * @type {Need[]}
 */
export const forBuiltLibcamera = [
  { name: 'libyaml', library: 'yaml-0.1', packages: ['libyaml-dev'] },
  { name: 'GnuTLS', library: 'gnutls', packages: ['libgnutls28-dev'] },
  { name: 'libyuv', header: 'libyuv.h', packages: ['libyuv-dev'] },
  { name: 'libjpeg', header: 'jpeglib.h', packages: ['libjpeg-dev'] },
]

/**
 * For building libcamera as the tests use it.
 * @type {Need[]}
 */
export const forLibcamera = [
  { name: 'Meson', anyCommand: ['meson'], packages: ['meson'] },
  { name: 'Ninja', anyCommand: ['ninja'], packages: ['ninja-build'] },
  { name: 'Jinja2', python: 'jinja2', packages: ['python3-jinja2'] },
  { name: 'PLY', python: 'ply', packages: ['python3-ply'] },
  { name: 'PyYAML', python: 'yaml', packages: ['python3-yaml'] },
  { name: 'OpenSSL', anyCommand: ['openssl'], packages: ['openssl'] },
  { name: 'dpkg-source', anyCommand: ['dpkg-source'], packages: ['dpkg-dev'] },
  ...forBuiltLibcamera,
  debianKeys,
]

/** @type {Need[]} */
export const forTests = [
  { name: 'Ninja', anyCommand: ['ninja'], packages: ['ninja-build'] },
  { name: 'libudev', library: 'libudev', packages: ['libudev-dev'] },
  { name: 'GoogleTest', library: 'gtest', packages: ['libgtest-dev'] },
  { name: 'GoogleMock', library: 'gmock', packages: ['libgmock-dev'] },
  { name: 'curl', anyCommand: ['curl'], packages: ['curl'] },
  // Programs that read the stream: test/clients.
  { name: 'FFmpeg', anyCommand: ['ffmpeg'], packages: ['ffmpeg'] },
  { name: 'promtool', anyCommand: ['promtool'], packages: ['prometheus'] },
  { name: 'GStreamer', anyCommand: ['gst-launch-1.0'], packages: ['gstreamer1.0-tools'] },
  { name: "GStreamer's elements", gstreamer: 'souphttpsrc', packages: ['gstreamer1.0-plugins-good'] },
  { name: "GStreamer's converters", gstreamer: 'videoconvert', packages: ['gstreamer1.0-plugins-base'] },
  { name: 'OpenCV', python: 'cv2', packages: ['python3-opencv'] },
  { name: 'motion', anyCommand: ['motion'], packages: ['motion'] },
  { name: 'nginx', anyCommand: ['nginx'], packages: ['nginx-light', 'nginx'] },
  {
    name: 'Chromium',
    anyCommand: ['chromium', 'google-chrome', 'chromium-browser'],
    packages: ['chromium'],
    optional: true,
  },
]

/**
 * For what the benchmarks compare with, which they fetch from Debian.
 * @type {Need[]}
 */
export const forBench = [debianKeys]

/**
 * What compiles the prebuilds of the other machines, and fetches what they are built against.
 * @type {Need[]}
 */
export const forPrebuilds = [
  {
    name: 'a compiler for arm64',
    anyCommand: ['aarch64-linux-gnu-g++'],
    packages: ['g++-aarch64-linux-gnu'],
  },
  { name: 'a compiler for x64', anyCommand: ['x86_64-linux-gnu-g++'], packages: ['g++-x86-64-linux-gnu'] },
  debianKeys,
  {
    name: 'the certificates that HTTPS is checked by',
    header: '../../etc/ssl/certs/ca-certificates.crt',
    packages: ['ca-certificates'],
  },
]

/** @type {Need[]} */
export const forLint = [
  { name: 'clang-format 19', anyCommand: ['clang-format-19'], packages: ['clang-format-19'] },
  { name: 'clang-tidy 19', anyCommand: ['clang-tidy-19'], packages: ['clang-tidy-19'] },
  { name: 'ShellCheck', anyCommand: ['shellcheck'], packages: ['shellcheck'] },
]

/** @type {Need[]} */
export const forFuzz = [
  { name: 'Clang 19', anyCommand: ['clang++-19'], packages: ['clang-19'] },
  {
    name: "libFuzzer and Clang's sanitizers",
    header: `../lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.fuzzer-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.a`,
    packages: ['libclang-rt-19-dev'],
  },
]

/**
 * For building and running the virtual machine of the tests.
 * @param {'amd64' | 'arm64'} architecture
 * @returns {Need[]}
 */
export const forVirtualMachine = (architecture) => [
  { name: 'mmdebstrap', anyCommand: ['mmdebstrap'], packages: ['mmdebstrap'] },
  { name: 'mksquashfs', anyCommand: ['mksquashfs'], packages: ['squashfs-tools'] },
  { name: 'cpio', anyCommand: ['cpio'], packages: ['cpio'] },
  { name: 'zstd', anyCommand: ['zstd'], packages: ['zstd'] },
  { name: 'xz', anyCommand: ['xz'], packages: ['xz-utils'] },
  { name: 'depmod', anyCommand: ['kmod'], packages: ['kmod'] },
  debianKeys,
  architecture === 'amd64'
    ? { name: 'QEMU', anyCommand: ['qemu-system-x86_64'], packages: ['qemu-system-x86'] }
    : { name: 'QEMU for arm64', anyCommand: ['qemu-system-aarch64'], packages: ['qemu-system-arm'] },
]
