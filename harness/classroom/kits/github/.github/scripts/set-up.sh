#!/usr/bin/env bash
# Lets virtual machines use the runner's processor, if the runner has KVM, and makes a snapshot of a booted machine. Builds
# the machine's image first, unless it comes from the cache.
set -euo pipefail
if [ -e /dev/kvm ] && [ ! -w /dev/kvm ]; then
	sudo cp .github/scripts/70-kvm.rules /etc/udev/rules.d/
	sudo udevadm control --reload-rules
	sudo udevadm trigger --name-match=kvm --settle
fi
.github/scripts/install-packages.sh
drydock/set-up.sh
