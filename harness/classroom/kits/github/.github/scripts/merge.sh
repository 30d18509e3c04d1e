#!/usr/bin/env bash
# Merges the parts' results, and writes them as a text file for each submission, as JSON, and as the run's summary. A run
# for a single submission fails if the submission has not passed.
set -euo pipefail
options=(--exit-zero)
[ -d class ] || options=()
mkdir -p grades
drydock/drydock.sh grade merge shards/*.json --format json --out grades/grades.json --exit-zero
code=0
drydock/drydock.sh --plain grade merge shards/*.json --out grades/ "${options[@]}" >summary.txt || code=$?
{
	echo '```text'
	# No line of the summary can end the block.
	sed 's/```/ʼʼʼ/g' summary.txt
	echo '```'
} >>"$GITHUB_STEP_SUMMARY"
exit "$code"
