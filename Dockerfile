# The image of MotionInOcean, for arm64 and amd64. Nothing of another architecture runs while it is built: every RUN is
# on the build machine, and the last stage only copies.
#   docker build .                                        the image for this machine
#   docker build --platform linux/arm64,linux/amd64 .     both
# No "# syntax=" line: it would make BuildKit pull a frontend, and the built-in one knows all that is used here.
ARG NODE_VERSION=24
ARG DEBIAN_SUITE=trixie
# raspberrypi, backports or stable (lib/setup/image/apt_source.sh tells which is which). Not set: Raspberry Pi's archive
# for arm64, because library and kernel must be of one house on a Pi 5, and Debian's backports for amd64.
ARG LIBCAMERA_FROM=
ARG RASPBERRY_PI_ARCHIVE=http://archive.raspberrypi.com/debian

# Raspberry Pi's keyring package, by its checksum. Fetched only where its archive is used.
FROM scratch AS keyring-raspberrypi
ARG RASPBERRY_PI_ARCHIVE
ARG KEYRING=raspberrypi-archive-keyring_2025.1+rpt1_all.deb
ARG KEYRING_SHA256=2e727149d7acb8cc7f604e66d0049161039c8aa1eaf1175e54f9e69d963d60e4
ADD --checksum=sha256:${KEYRING_SHA256} \
  ${RASPBERRY_PI_ARCHIVE}/pool/main/r/raspberrypi-archive-keyring/${KEYRING} /keyring/keyring.deb

# A file all the same: BuildKit takes the copies of an empty stage for the same in both architectures.
FROM scratch AS keyring-backports
COPY LICENSE /keyring/none
FROM keyring-backports AS keyring-stable
FROM keyring-backports AS keyring-amd64
FROM keyring-raspberrypi AS keyring-arm64
FROM keyring-${LIBCAMERA_FROM:-${TARGETARCH}} AS keyring

FROM node:${NODE_VERSION}-${DEBIAN_SUITE}-slim AS node
FROM debian:${DEBIAN_SUITE}-slim AS base

# npm's packages for the build machine. What does not depend on the architecture is done once for both.
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-${DEBIAN_SUITE}-slim AS packages
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# Compiler and libraries.
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-${DEBIAN_SUITE}-slim AS tools
ARG DEBIAN_SUITE LIBCAMERA_FROM RASPBERRY_PI_ARCHIVE TARGETARCH
ARG DEBIAN_FRONTEND=noninteractive
COPY --from=keyring /keyring/ /keyring/
COPY lib/setup/image/apt_source.sh lib/setup/image/build_packages.sh /usr/local/sbin/
RUN apt_source.sh "${LIBCAMERA_FROM:-$TARGETARCH}" "$DEBIAN_SUITE" "$RASPBERRY_PI_ARCHIVE" \
  && build_packages.sh "$TARGETARCH" \
  && rm -rf /var/lib/apt/lists/*

# The addon with its libcamera backend, in /src/build/Release.
FROM tools AS native
WORKDIR /src
COPY --from=packages /src/node_modules/node-addon-api node_modules/node-addon-api
COPY --from=packages /src/node_modules/node-api-headers node_modules/node-api-headers
COPY lib/setup/image/cross_toolchain.cmake lib/setup/image/
COPY CMakeLists.txt ./
COPY native native
# CMake itself: cmake-js insists on a compiler of this machine even where a toolchain file names another.
RUN if [ "$TARGETARCH" != "$(dpkg --print-architecture)" ]; then \
    export CMAKE_TOOLCHAIN_FILE=/src/lib/setup/image/cross_toolchain.cmake; fi \
  && cmake -G Ninja -S . -B /tmp/native \
  && cmake --build /tmp/native \
  && "$(sed -n 's/^CMAKE_STRIP:FILEPATH=//p' /tmp/native/CMakeCache.txt)" --strip-unneeded build/Release/*

# GoogleTests and the stand-in for dma-bufs, for the stage native-tests. No part of the image.
FROM native AS native-tests-build
RUN apt-get update && apt-get install -y --no-install-recommends \
    "libgtest-dev:$TARGETARCH" "libgmock-dev:$TARGETARCH" "libudev-dev:$TARGETARCH"
COPY test/kit test/kit
COPY test/native test/native
# In the same tree: what is compiled already is not compiled again.
RUN cmake -S . -B /tmp/native -DMIO_TESTS=ON -DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST \
    -DCMAKE_RUNTIME_OUTPUT_DIRECTORY=/out \
  && cmake --build /tmp/native --target native_tests dmabuf_shim \
  && cp build/kit/*.so /out/

# The service.
FROM packages AS service
COPY tsconfig.json ./
COPY lib lib
RUN node lib/setup/build_typescript.mjs && chmod 755 dist/cli/main.js \
  # What only a reader needs.
  && find dist -type f -regextype egrep -regex '.*\.(d\.ts|map)' -delete

# Its packages of npm for the target.
FROM packages AS production
ARG TARGETARCH
WORKDIR /production
RUN cp /src/package.json /src/package-lock.json . \
  && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --libc=glibc --os=linux \
    --cpu="$(echo "$TARGETARCH" | sed 's/amd64/x64/')" \
  # What only a compiler or a reader needs.
  && find node_modules -type f -regextype egrep -regex '.*\.([cm]?ts|map|md|markdown)' -delete

# Everything but Node and the service.
FROM --platform=$BUILDPLATFORM debian:${DEBIAN_SUITE}-slim AS root
ARG DEBIAN_SUITE LIBCAMERA_FROM RASPBERRY_PI_ARCHIVE TARGETARCH
ARG DEBIAN_FRONTEND=noninteractive
COPY --from=keyring /keyring/ /keyring/
COPY lib/setup/image/apt_source.sh lib/setup/image/root.sh /usr/local/sbin/
COPY --from=tools /runtime-packages /
RUN --mount=type=bind,from=base,target=/base \
  apt_source.sh "${LIBCAMERA_FROM:-$TARGETARCH}" "$DEBIAN_SUITE" "$RASPBERRY_PI_ARCHIVE" && root.sh "$TARGETARCH"

# Without its symbols, which are a sixth of it.
FROM tools AS stripped-node
COPY --from=node /usr/local/bin/node /usr/local/LICENS* /node/
RUN strip=strip; [ "$TARGETARCH" = "$(dpkg --print-architecture)" ] \
  || strip=$(echo "$TARGETARCH" | sed 's/arm64/aarch64/; s/amd64/x86_64/')-linux-gnu-strip; \
  "$strip" -s /node/node

# The GoogleTests on top of the image's own libraries: docker build --target native-tests.
FROM scratch AS native-tests
COPY --from=root /out /
COPY --from=native-tests-build /out /tests/
CMD ["/tests/native_tests"]

FROM scratch AS runtime
COPY --from=root /out /
COPY --from=stripped-node /node /usr/local/bin
WORKDIR /app
COPY --from=production /production/node_modules node_modules
COPY --from=native /src/build/Release build/Release
COPY --from=service /src/dist dist
COPY package.json LICENSE ./
ARG VERSION=0.1.0
ARG REVISION=
ARG REPOSITORY=https://github.com/cyanautomation/motioninocean
LABEL org.opencontainers.image.title="MotionInOcean" \
  org.opencontainers.image.description="Raspberry Pi camera streamer: libcamera to MJPEG over HTTP" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.source="${REPOSITORY}" \
  org.opencontainers.image.documentation="${REPOSITORY}/blob/main/docs/docker.md" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
# Docker would only start it again: a page that says what is wrong is more use than a restart loop.
ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_ENV=production MIO_CAMERA=0 MIO_START_ANYWAY=true
# With the groups that /etc/group gives it: video.
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Whether the process serves, not whether the camera gives pictures: nothing is won by restarting for an unplugged cable.
# Every 30 s, because even a small Node program costs an old Pi a quarter of a second.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["node", "/app/dist/cli/health.js"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]
