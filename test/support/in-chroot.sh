#!/bin/sh
# Runs a command in another root file system, with the capabilities that a container has, in namespaces of its own: all
# that it mounts and starts ends with it.
# usage: in-chroot.sh ROOT COMMAND...
set -eu
if [ "${IN_NAMESPACES:-}" = "" ]; then
	IN_NAMESPACES=yes exec unshare --mount --pid --fork --kill-child --propagation private "$0" "$@"
fi
unset IN_NAMESPACES
root=$1
shift
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755,size=64k none "$root/dev"
for name in null zero full random urandom tty; do
	: >"$root/dev/$name"
	mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777,size=64m none "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
# As root in a container has them, unless more are asked for.
capabilities=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+sys_chroot,+setfcap
exec setpriv --bounding-set "$capabilities" --inh-caps=-all \
	chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
