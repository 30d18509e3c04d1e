#!/usr/bin/env bash
# Run this once, on a node that has what the others have. It checks what drydock needs, and makes a snapshot of a booted
# virtual machine. It installs nothing, and needs neither root nor a network.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
missing=()
for program in qemu-system-x86_64 cpio setpriv; do
	command -v "$program" >/dev/null || missing+=("$program")
done
if [ "${#missing[@]}" -gt 0 ]; then
	echo "this node lacks ${missing[*]}" >&2
	echo "  try: module avail qemu, or ask your cluster's administrator for the packages qemu-system-x86, cpio, util-linux" >&2
	exit 3
fi
"$here/drydock/set-up.sh"
