# shellcheck shell=bash disable=SC2034,SC2154 # options, helpers are those of scripts/bench
# scripts/bench --restart: kill -9 under full load, and how long it takes until the next answer; over
# a local log and through a broker. bench/restart/restart.py says what is measured. Sourced by
# scripts/bench.

# What is worked off at most between two kills: eight seconds, and what coming back takes.
events_for_a_kill() { if [[ $1 == local ]]; then echo 5000000; else echo 3000000; fi; }

print_restart() {
    local log code=0 bound=() where
    if [[ -n $restart_bound ]]; then bound=(--bound "$restart_bound"); fi
    scripts/setup --kafka
    build_programs
    for log in local kafka; do
        if [[ $log == local ]]; then
            new_scratch
            where=(--log "$scratch/log")
        else
            new_broker
            new_scratch
            where=(--kafka "$broker")
        fi
        quietly "$raw/restart-$log-generate.txt" build/release/fiscus generate --seed 1 \
            --events $(((kills + 1) * $(events_for_a_kill "$log"))) "${where[@]}"
        bench/restart/restart.py build/release/fiscus "${where[@]}" --state "$scratch/state" \
            --memory "$memory" --kills "$kills" "${bound[@]}" >"$raw/restart-$log.txt" || code=$?
        if ((code > 1)) || [[ ! -s $raw/restart-$log.txt ]]; then
            fail "the restarts over $log failed" "it is said above" "mend that first"
        fi
        stop_all
        sed "s/^/${log}_/" "$raw/restart-$log.txt"
    done >"$raw/restart.values"
    medians <"$raw/restart.values" >"$raw/restart.medians"
    echo
    echo "| restart after kill -9 | median, s | least … worst, s | kills |"
    echo "|---|--:|--:|--:|"
    awk -v kills="$kills" '{
        log_name = $1 ~ /^local/ ? "local log" : "broker"
        what = $1 ~ /ready/ ? "/readyz says yes" : "first new outcome is durable"
        printf "| %s: %s | %.2f | %.2f … %.2f | %d |\n", log_name, what, $2 / 1000, $3 / 1000,
            $4 / 1000, kills }' "$raw/restart.medians"
    # Told at the end, when all is printed.
    if ((code != 0)); then late_code=$code; fi
}
