#!/bin/sh
# Merges the results of all Pods into the grades: a text file for each submission, the table, and everything as JSON.
set -eu
class=${CLASS:-/class}
mkdir -p "$class/grades"
/drydock/drydock.sh grade merge "$class"/shards/*-of-"$SHARDS".json --format json --out "$class/grades/grades.json" --exit-zero
/drydock/drydock.sh --plain grade merge "$class"/shards/*-of-"$SHARDS".json --out "$class/grades/" --exit-zero
