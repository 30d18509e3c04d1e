#!/bin/sh
# Runs a command in a root file system as in a container: with a container's capabilities, and in namespaces of its own, so
# that everything that it mounts and starts ends with it.
# usage: in-chroot.sh ROOT SHARED COMMAND...
#   ROOT    a root file system; / is this computer's own, on which nothing changes
#   SHARED  a folder of this computer that is the same folder there
set -eu
if [ "${IN_NAMESPACES:-}" = "" ]; then
	IN_NAMESPACES=yes exec unshare --mount --pid --fork --kill-child --propagation private "$0" "$@"
fi
root=$1 shared=$2
shift 2
if [ "$root" = / ]; then
	mount -t tmpfs -o mode=755 none /mnt
	mkdir /mnt/upper /mnt/work /mnt/root
	mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work none /mnt/root
	root=/mnt/root
fi
mkdir -p "$root/proc" "$root/dev" "$root$shared"
mount --bind "$shared" "$root$shared"
mkdir -p "$root/sys"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755,size=64k none "$root/dev"
for name in null zero full random urandom tty; do
	: >"$root/dev/$name"
	mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs -o mode=1777 none "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
capabilities=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+sys_chroot,+setfcap
exec setpriv --bounding-set "$capabilities" --inh-caps=-all \
	chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
