# shellcheck shell=bash disable=SC2034,SC2154 # options are those of scripts/bench
# What parts of scripts/bench leave behind when they end, however they end: a folder for logs and
# states, a broker of their own, an engine. Sourced by scripts/bench.

scratch='' broker='' broker_folder='' engine_pid=''
stop_all() {
    if [[ -n $engine_pid ]]; then
        kill "$engine_pid" 2>/dev/null || true
        wait "$engine_pid" 2>/dev/null || true
        engine_pid=''
    fi
    if [[ -n $scratch ]]; then
        rm -rf "$scratch"
        scratch=''
    fi
    if [[ -n $broker_folder ]]; then
        scripts/kafka down --dir "$broker_folder" >/dev/null || true
        rm -rf "$broker_folder"
        broker_folder=''
    fi
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# An empty folder in $scratch; the one before is gone.
new_scratch() {
    if [[ -n $scratch ]]; then rm -rf "$scratch"; fi
    scratch=$(mktemp -d)
}

# new_broker [PARTITIONS]: a new broker with empty topics; its address in $broker.
new_broker() {
    stop_all
    broker_folder=$(mktemp -d)
    broker=$(FISCUS_KAFKA_HEAP=1g scripts/kafka up --dir "$broker_folder" --port 0)
    quietly "$raw/topics.log" build/release/fiscus topics apply --kafka "$broker" \
        --partitions "${1:-1}" --event-stamps publisher
}

# The programs, and what a broker needs.
build_programs() {
    quietly build/log/bench-programs.log cmake --build --preset release \
        --target fiscus fiscus_latency -j "$(jobs_by_memory)"
}
