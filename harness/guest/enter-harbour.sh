#!/bin/sh
# The harbour's first program: makes /harbour its root, and puts the agent's root on /mnt. boot-harbour.sh unmounts it.
exec 3> /run/up < /dev/console > /dev/console 2>&1
cd /harbour
busybox pivot_root . mnt || exit
exec chroot . /opt/drydock/boot-harbour.sh
