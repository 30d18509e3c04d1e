#!/usr/bin/env bash
# Lets virtual machines use the runner's processor, if the runner has KVM. Then installs drydock's npm packages, imports the
# machines' image (the workflow has fetched drydock/drydock.image), and makes a snapshot of a booted machine. A snapshot fits
# one kind of processor only, so each job makes its own.
set -euo pipefail
if [ -e /dev/kvm ] && [ ! -w /dev/kvm ]; then
	sudo cp .github/scripts/70-kvm.rules /etc/udev/rules.d/
	sudo udevadm control --reload-rules
	sudo udevadm trigger --name-match=kvm --settle
fi
.github/scripts/install-packages.sh
drydock/set-up.sh
