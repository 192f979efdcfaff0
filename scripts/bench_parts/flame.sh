# shellcheck shell=bash disable=SC2154 # options and helpers are those of scripts/bench
# scripts/bench --flame: where the whole job's processor time goes, as a picture. Sourced by
# scripts/bench.

print_flame() {
    if ! command -v perf >/dev/null; then scripts/setup --profile; fi
    local program=build/release/bench/end_to_end/fiscus_end_to_end
    say "recording the whole job: $load load, $events events"
    # A virtual machine has no counters, so the clock samples; without frame pointers the stack is
    # copied with each sample and unwound afterwards.
    quietly "$raw/flame.txt" perf record --quiet -e cpu-clock -F 199 --call-graph dwarf,32768 \
        -o "$raw/flame.data" "$program" --load "$load" --events "$events" --memory "$memory"
    perf script --no-inline -i "$raw/flame.data" 2>"$raw/flame.err" |
        bench/flame/draw.py "fiscus, the whole job: $load load, $events events" >"$raw/flame.svg"
    rm -f "$raw/flame.data"
    echo
    echo "Flame graph of the whole job, $load load: $raw/flame.svg"
}
