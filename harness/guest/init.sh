#!/busybox sh
# The guest's first program, in the initramfs. It builds two root file systems: the agent's, on which it starts init,
# and /harbour, the root of the host that learners see.
# pivot_root(2) refuses to leave an initramfs, so the root that learners see is a tmpfs.
b=/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev
for module in /early/*.ko; do $b insmod "$module"; done

$b mkdir -p /root
$b mount -t tmpfs -o mode=755 agent /root
$b cp -a /agent/. /root/
cd /root || exit 1
$b mkdir -p dev proc own sys run usr harbour
$b ln -s usr/bin bin && $b ln -s usr/sbin sbin && $b ln -s usr/lib lib && $b ln -s usr/lib64 lib64
$b mount -t erofs -o ro /dev/vda usr
# The agent has its own few devices, because the exercise can replace what is in devtmpfs.
$b mknod -m 600 dev/console c 5 1
for device in "null 1 3" "zero 1 5" "random 1 8" "urandom 1 9" "ptmx 5 2"; do
	set -- $device
	$b mknod -m 666 "dev/$1" c "$2" "$3"
done
$b mkdir dev/pts

# The default size is half of the memory. With size=50%, mountinfo would show the size whenever the number of pages is
# odd.
$b mount -t tmpfs -o mode=755 root harbour
$b cp -a /kit/. harbour/
cd harbour || exit 1
$b mkdir -p dev proc sys run tmp usr mnt root var/tmp lab/rootfs
$b chmod 1777 tmp var/tmp
$b ln -s usr/bin bin && $b ln -s usr/sbin sbin && $b ln -s usr/lib lib && $b ln -s usr/lib64 lib64
$b mount -t erofs -o ro /dev/vda usr
$b umount /proc
$b mount --move /dev dev

# The initramfs stays below the root of every mount namespace, and root can get there with umount2("/", MNT_DETACH) and
# setns. So it is emptied and made read-only; switch_root(8) does not make it read-only. A file in use would keep it
# writable, so the shell and the console that are used from here on are not files of the initramfs.
cd /root || exit 1
exec ./usr/bin/busybox sh -ec '
	b=./usr/bin/busybox
	$b rm -rf /agent /kit /early /dev /proc /busybox /init
	$b mount --move . /
	$b rmdir /root
	$b mount -o remount,ro none /
	exec $b chroot . /usr/bin/busybox init' < dev/console > dev/console 2>&1
