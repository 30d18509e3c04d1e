#!/usr/bin/env bash
# Removes everything from drydock's cache except the image. The folder is then small enough for the repository's cache.
set -euo pipefail
find drydock/cache -mindepth 1 -maxdepth 1 ! -name base ! -name library -exec rm -r {} +
