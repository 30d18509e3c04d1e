#!/usr/bin/env bash
# Builds the virtual machine's image, as a file that the other jobs import.
set -euo pipefail
.github/scripts/install-packages.sh
drydock/drydock.sh image export drydock/drydock.image
