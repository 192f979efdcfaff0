# shellcheck shell=bash disable=SC2154 # options and helpers are those of scripts/bench
# scripts/bench --partitions: four programmes in one, two and four partitions, in one process and,
# through a broker, in a process for each partition. However the events are laid out, the sum of the
# state digests must be the same. Sourced by scripts/bench.

# These four numbers are keys of four different partitions of four, and of two by two of two.
partition_programmes=(--programmes 4 --first-programme 14)

# What a process of several may use of the whole setting.
memory_share() {
    local mebibytes
    case $memory in
        *GiB) mebibytes=$((${memory%GiB} * 1024)) ;;
        *MiB) mebibytes=${memory%MiB} ;;
        *) fail "cannot share $memory" "it has no unit" "--memory-setting 4GiB" ;;
    esac
    echo "$((mebibytes / $1))MiB"
}

# run_processes NAME LOG-OPTIONS … : as many engines as $processes, each with its own partitions and
# state, until the end of the log.
run_processes() {
    local name=$1 process share owned pids=()
    shift
    share=$(memory_share "$processes")
    for ((process = 0; process < processes; ++process)); do
        owned=''
        if ((processes > 1)); then owned=$process; fi
        FISCUS_ENGINE__PARTITIONS=$owned build/release/fiscus run "$@" --until-end \
            --state "$scratch/state-$process" --event-stamps publisher --memory "$share" \
            >"$raw/$name-process-$process.txt" 2>&1 </dev/null &
        pids+=($!)
    done
    for process in "${!pids[@]}"; do
        if ! wait "${pids[process]}"; then
            tail -n 20 "$raw/$name-process-$process.txt" >&2
            fail "process $process of $name failed" "its last lines are above" "mend that first"
        fi
    done
}

# measure_partitions LOG PARTITIONS PROCESSES RUN: a line `name events/s`; the digest must be that of
# the first measurement.
measure_partitions() {
    local partitions=$2 processes=$3 name before began ended TIMEFORMAT='%U %S' where
    name=partitions-$1-$2-$3-$4
    if [[ $1 == local ]]; then
        new_scratch
        where=(--log "$scratch/log")
    else
        new_broker "$partitions"
        new_scratch
        where=(--kafka "$broker")
    fi
    quietly "$raw/$name-generate.txt" build/release/fiscus generate --events "$events" --seed 1 \
        "${partition_programmes[@]}" --partitions "$partitions" "${where[@]}"
    before=$(ticks)
    began=$(date +%s%N)
    { time run_processes "$name" "${where[@]}" 2>&3; } 3>&2 2>"$raw/$name.time"
    ended=$(date +%s%N)
    # The broker is ours, and counts among the others here.
    others_percent "$before" "$(ticks)" "$(tail -n 1 "$raw/$name.time")" >"$raw/$name.others"
    build/release/fiscus digest "${where[@]}" --json >"$raw/$name.digest"
    if ! cmp -s "$raw/partitions.digest" <(whole_digest "$raw/$name.digest"); then
        if [[ -s $raw/partitions.digest ]]; then
            fail "$name is wrong" "its digest is $(whole_digest "$raw/$name.digest"), before it was \
$(<"$raw/partitions.digest")" "mend it first: a wrong result has no speed"
        fi
        whole_digest "$raw/$name.digest" >"$raw/partitions.digest"
    fi
    say "$name: $((events * 1000000000 / (ended - began))) events/s"
    echo "$1-$2-$3 $((events * 1000000000 / (ended - began)))"
}

# The sum over the partitions.
whole_digest() { sed -nE 's/^.*"digest": *"([0-9a-f]{32})".*$/\1/p' "$1" | head -n 1; }

print_partitions() {
    local run partitions
    scripts/setup --kafka
    build_programs
    for ((run = 1; run <= runs; ++run)); do
        for partitions in 1 2 4; do
            measure_partitions local "$partitions" 1 "$run"
            measure_partitions kafka "$partitions" 1 "$run"
            if ((partitions > 1)); then
                measure_partitions kafka "$partitions" "$partitions" "$run"
            fi
        done
    done >"$raw/partitions.values"
    stop_all
    medians <"$raw/partitions.values" >"$raw/partitions.medians"
    echo
    echo "| log | partitions | processes | events/s | least … most |"
    echo "|---|--:|--:|--:|--:|"
    sort -t - -k 1,1r -k 3,3n -k 2,2n "$raw/partitions.medians" | awk '{
        split($1, part, "-")
        printf "| %s | %d | %d | %.0f | %.0f … %.0f |\n",
            part[1] == "local" ? "local" : "broker", part[2], part[3], $2, $3, $4 }'
    echo
    echo "Four programmes, the same digest each time: $(<"$raw/partitions.digest")."
    print_others partitions
}
