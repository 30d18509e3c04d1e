#!/bin/sh
# PrairieLearn starts this in a new container for each submission. A question's folder `tests` may have a file
# `lessons.txt`: the lessons that the question is about, such as 02,04. If a lesson cannot be judged, the result says
# that the submission is not gradable, and PrairieLearn counts no attempt.
set -eu
grade=/grade
if [ -s "$grade/tests/lessons.txt" ]; then
	set -- --lesson "$(tr -d '[:space:]' <"$grade/tests/lessons.txt")"
fi
exec /drydock/grade.sh "$grade/student" --one "$@" --format prairielearn --out "$grade/results/results.json"
