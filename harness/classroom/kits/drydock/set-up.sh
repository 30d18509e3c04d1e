#!/bin/sh
# Takes the virtual machine's image from this folder, boots a machine, and keeps its snapshot. Every machine that grades
# is restored from this snapshot. QEMU, cpio and setpriv must be installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -e "$here/drydock.image" ]; then
	"$here/drydock.sh" image import "$here/drydock.image"
	# The cache has it now.
	rm "$here/drydock.image"
fi
"$here/drydock.sh" image build
