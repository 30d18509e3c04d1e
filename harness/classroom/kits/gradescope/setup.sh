#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of the autograder's containers.
set -euo pipefail
cd "$(dirname "$0")"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes --no-install-recommends qemu-system-x86 cpio util-linux
version=$(qemu-system-x86_64 --version | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p')
if [ "$version" -lt 7 ]; then
	echo "This system has QEMU $version, and drydock needs QEMU 7 or newer." >&2
	echo "  try: choose a newer base image, such as Debian 12 or Ubuntu 24.04, and upload the zip again" >&2
	exit 1
fi
drydock/set-up.sh
