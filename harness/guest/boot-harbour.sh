#!/bin/sh
# Makes the harbour look like an ordinary Linux machine, and becomes its init.
set -e
PATH=/usr/sbin:/usr/bin; export PATH

busybox umount -l /mnt
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /dev/shm /dev/mqueue
mount -t tmpfs -o mode=1777,size=32m shm /dev/shm
mount -t mqueue mqueue /dev/mqueue
ln -sf /proc/self/fd /dev/fd
# systemd makes every mount shared; the kernel's own default is private. The lessons show what that means.
mount --make-rshared /

hostname harbour
ip link set lo up
echo "+cpu +memory +pids" > /sys/fs/cgroup/cgroup.subtree_control
# box makes its containers' cgroups below this one. No controller is enabled for them yet.
mkdir /sys/fs/cgroup/box
modprobe -a overlay veth bridge br_netfilter nf_tables nft_chain_nat nft_masq nft_ct nft_redir nft_nat nft_fib_ipv4 nft_fib_inet zram 2>/dev/null || true
sysctl -qw kernel.printk="4 4 1 7" kernel.panic=-1 vm.swappiness=0

# When memory runs out, the kernel kills a process at once. Otherwise it would drop the pages of running programs and
# read them again and again, and nothing would end.
echo y > /sys/kernel/mm/lru_gen/enabled
echo 1000 > /sys/kernel/mm/lru_gen/min_ttl_ms

# The root file system of a container: busybox, and the directories that every engine expects.
cd /lab/rootfs
mkdir -p bin dev etc proc root sys tmp
cp /usr/bin/busybox bin/busybox
chroot . /bin/busybox --install -s /bin
for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
	set -- $device
	mknod -m 666 "dev/$1" c "$2" "$3"
done
echo "root:x:0:0:root:/root:/bin/sh" > etc/passwd
echo "root:x:0:" > etc/group

# The ledger has a file system of its own: when it is full, nothing else is affected.
mkdir -p /run/drydock
mount -t tmpfs -o mode=755,size=4m ledger /run/drydock

echo up >&3
exec busybox init 3>&-
