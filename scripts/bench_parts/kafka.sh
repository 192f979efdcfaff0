# shellcheck shell=bash disable=SC2034,SC2154 # options, helpers are those of scripts/bench
# scripts/bench --kafka: rate and latency through a broker on this machine. Sourced by scripts/bench.

# Broker, engine, statistics and the publisher share the processors.
print_kafka() {
    local run rate began ended
    scripts/setup --kafka
    build_programs
    for ((run = 1; run <= runs; ++run)); do
        new_broker
        quietly "$raw/kafka-generate-$run.txt" build/release/fiscus generate --events "$events" \
            --seed 1 --kafka "$broker"
        began=$(date +%s%N)
        quietly "$raw/kafka-run-$run.txt" build/release/fiscus run --kafka "$broker" \
            --state "$broker_folder/state" --until-end --event-stamps publisher --memory "$memory"
        ended=$(date +%s%N)
        echo "kafka_whole $((events * 1000000000 / (ended - began)))"
        grep '^digest' "$raw/kafka-run-$run.txt" >&2
    done >"$raw/kafka.values"
    echo
    echo "| through a broker | median | least … most |"
    echo "|---|--:|--:|"
    medians <"$raw/kafka.values" >"$raw/kafka.medians"
    awk '{ printf "| events to journal and rows | %d events/s | %d … %d |\n", $2, $3, $4 }' \
        "$raw/kafka.medians"
    echo
    echo "| open loop | p50 ms | p99 ms | p99.9 ms | longest ms | longest pause ms |"
    echo "|---|--:|--:|--:|--:|--:|"
    for rate in 50000 150000; do
        new_broker
        build/release/fiscus run --kafka "$broker" --state "$broker_folder/state" \
            --event-stamps publisher --memory "$memory" >"$raw/kafka-engine-$rate.txt" 2>&1 &
        engine_pid=$!
        # Ends with 1 when an answer is missing.
        build/release/bench/latency/fiscus_latency --kafka "$broker" --rate "$rate" \
            --seconds "$seconds" >"$raw/kafka-latency-$rate.txt"
        awk -v rate="$rate" '
            { value[$1] = $2 }
            END { printf "| %d events/s | %s | %s | %s | %s | %s |\n", rate, value["p50"],
                      value["p99"], value["p99.9"], value["max"], value["pause"] }
            ' "$raw/kafka-latency-$rate.txt"
    done
    stop_all
}
