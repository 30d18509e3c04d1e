#!/usr/bin/env bash
# Installs the npm packages that drydock needs, in the versions of its package-lock.json.
set -euo pipefail
npm ci --prefix drydock --omit=dev --include=optional --ignore-scripts --no-audit --no-fund
