# fiscus from source on Debian bookworm: one stage builds, the other only runs. See compose.yaml.
FROM debian:12.11-slim AS build
WORKDIR /src
# Packages first: they change less often than the sources.
COPY scripts/common.sh scripts/setup scripts/
RUN scripts/setup
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY schemas schemas
COPY engine engine
COPY projections projections
COPY bench bench
RUN cmake --preset release -DFISCUS_TESTS=OFF && cmake --build --preset release --target fiscus

FROM debian:12.11-slim
# The libraries that the program links; tests/deploy compares this list with the program.
RUN apt-get update && apt-get install -y --no-install-recommends \
        libcpp-httplib0.11 libfmt9 libgcc-s1 libjemalloc2 libprometheus-cpp-core1.0 librdkafka1 \
        libroaring0 librocksdb7.8 libspdlog1.10 libssl3 libstdc++6 libtomlplusplus3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/fiscus fiscus
COPY --from=build /src/build/release/fiscus /usr/local/bin/fiscus
USER fiscus
VOLUME /var/lib/fiscus
ENTRYPOINT ["fiscus"]
CMD ["--help"]
