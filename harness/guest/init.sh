#!/busybox sh
# The guest's first program, in the initramfs: builds the root file system and hands over to init on it.
# pivot_root(2) refuses to leave an initramfs, so the root that learners see is a tmpfs.
b=/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev
for module in /early/*.ko; do $b insmod "$module"; done

$b mkdir -p /root
# Half of the memory, as is the default. Said as size=50%, mountinfo would show it when the pages are odd in number.
$b mount -t tmpfs -o mode=755 root /root
$b cp -a /kit/. /root/
cd /root || exit 1
$b mkdir -p dev proc sys run tmp usr mnt root var/tmp lab/rootfs
$b chmod 1777 tmp var/tmp
$b ln -s usr/bin bin && $b ln -s usr/sbin sbin && $b ln -s usr/lib lib && $b ln -s usr/lib64 lib64
$b mount -t erofs -o ro /dev/vda usr
$b umount /proc
$b mount --move /dev dev
exec $b switch_root /root /usr/bin/busybox init
