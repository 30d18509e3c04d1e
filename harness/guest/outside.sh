#!/bin/sh
# Run once by the guest's own init (agent.inittab): starts the harbour, the machine that learners see, in a PID and a
# mount namespace of its own, and beside it the agent. So the exercise, root in the harbour, has no name for the agent: it
# can neither signal nor trace it, nor enter its namespaces, nor put anything between it and its files.
set -e
PATH=/usr/sbin:/usr/bin; export PATH

mount -t proc proc /own
mount -t sysfs sys /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mkdir /harbour/dev/pts && mount --bind /dev/pts /harbour/dev/pts
for port in /sys/class/virtio-ports/*; do
	[ "$(cat "$port/name")" = org.drydock.agent ] && mknod -m 600 /dev/agent c $(tr : ' ' < "$port/dev")
done

mkfifo /run/up
unshare --pid --fork --mount --propagation private /opt/drydock/enter.sh &
harbour=$!
read -r _ < /run/up
# The harbour's processes, by the harbour's numbers.
nsenter --pid="/own/$(cat /own/$harbour/task/$harbour/children | tr -d ' ')/ns/pid" mount -t proc proc /proc
mount -o remount,ro /

# Threads for what waits: a stage has three things to read from, and writes meanwhile.
export LD_PRELOAD=/opt/drydock/libkernel.so HOME=/ UV_THREADPOOL_SIZE=8
# Interpreted: QEMU takes longer to translate V8's compilers than their code saves.
# Runs whenever it is awake, whatever else wants to: at the first place in the queue, and its children at the usual one.
chrt --reset-on-fork --rr 50 node --expose-gc --no-warnings --max-opt=0 /opt/drydock/agent.cjs &
unset LD_PRELOAD UV_THREADPOOL_SIZE

# reboot(2) in a PID namespace ends its init by a signal that says what was asked for (pid_namespaces(7)).
set +e
wait $harbour
case $? in
129) busybox reboot -f ;;
*) busybox poweroff -f ;;
esac
