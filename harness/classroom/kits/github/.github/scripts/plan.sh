#!/usr/bin/env bash
# Decides how many runners grade, and writes their numbers as a list, such as shards=[1,2,3].
set -euo pipefail
SUBMISSIONS_PER_RUNNER=25
RUNNERS_MAX=20

shopt -s nullglob
# Most entries are submissions: folders, archives and single files. The others hardly change the number of runners.
entries=(class/*)
runners=$(((${#entries[@]} + SUBMISSIONS_PER_RUNNER - 1) / SUBMISSIONS_PER_RUNNER))
[ "$runners" -ge 1 ] || runners=1
[ "$runners" -le "$RUNNERS_MAX" ] || runners=$RUNNERS_MAX
echo "shards=[$(seq --separator=, "$runners")]" >>"$GITHUB_OUTPUT"
