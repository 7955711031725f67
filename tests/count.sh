#!/usr/bin/env bash
# Adds up what `cargo test` printed and says `N passed, N failed, N skipped` as its last line.
#
# In: cargo's exit status, its output, and the skip log (one line `test name: reason` for each
# test that found an optional thing missing; cargo counts such a test as passed).
# Out: the line, and status 0 only when nothing failed. A build error or a test binary that died
# prints no result line, so a bad status with no failure counted is one failure.
set -eu
status=$1
output=$2
skip_log=$3

skipped=0
if [ -s "$skip_log" ]; then
  echo 'skipped:'
  sort -u "$skip_log" | sed 's/^/  /'
  skipped=$(cut -d: -f1 "$skip_log" | sort -u | wc -l)
fi
awk -v status="$status" -v skipped="$skipped" '
  /^test result: / {
    for (i = 1; i < NF; i++) {
      if ($(i + 1) == "passed;") passed += $i
      if ($(i + 1) == "failed;") failed += $i
      if ($(i + 1) == "ignored;") ignored += $i
    }
  }
  END {
    if (status != 0 && failed == 0) failed = 1
    printf "%d passed, %d failed, %d skipped\n", passed - skipped, failed, skipped + ignored
    exit (failed > 0)
  }' "$output"
