#!/bin/sh
# Runs this folder's drydock. Everything that it makes is in the folder `cache` beside this file, unless DRYDOCK_CACHE
# names another folder.
here=$(cd "$(dirname "$0")" && pwd)
export DRYDOCK_CACHE="${DRYDOCK_CACHE:-$here/cache}"
# A complete hand-out carries Node.
node="$here/node"
[ -x "$node" ] || node=node
exec "$node" "$here/harness/cli/bin.js" "$@"
