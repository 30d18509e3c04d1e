#!/bin/sh
# The harbour's first program: takes its root, and leaves the agent's behind.
exec 3> /run/up < /dev/console > /dev/console 2>&1
cd /harbour
busybox pivot_root . mnt || exit
exec chroot . /opt/drydock/boot.sh
