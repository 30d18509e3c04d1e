#!/usr/bin/env bash
# Submits the jobs that grade a class, and the job that merges their results.
# usage: submit.sh CLASS RESULTS [JOBS]
set -euo pipefail
if [ "$#" -lt 2 ] || [ ! -d "$1" ]; then
	echo "usage: submit.sh CLASS RESULTS [JOBS]: a folder with the submissions, a folder for the results, and how many jobs grade" >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
class=$(cd "$1" && pwd)
mkdir -p "$2/shards" "$2/logs"
results=$(cd "$2" && pwd)
jobs=${3:-4}
grading=$(sbatch --parsable --array="1-$jobs" --output="$results/logs/%A-%a.txt" \
	"$here/grade.sbatch" "$here/drydock" "$class" "$results")
merging=$(sbatch --parsable --dependency="afterok:$grading" --kill-on-invalid-dep=yes \
	--output="$results/logs/merge.txt" "$here/merge.sbatch" "$here/drydock" "$results" "$jobs")
echo "jobs $grading grade, and job $merging then writes the grades into $results/grades"
