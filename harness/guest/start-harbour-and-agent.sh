#!/bin/sh
# The guest's own init runs this once (agent.inittab). It starts the harbour, the machine that learners see, in a PID
# and a mount namespace of its own, and the agent outside of the harbour. So the exercise, which is root in the harbour,
# has no pid and no path that refers to the agent. It can neither signal nor trace the agent, nor enter its namespaces,
# nor mount anything over its files.
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
unshare --pid --fork --mount --propagation private /opt/drydock/enter-harbour.sh &
harbour=$!
read -r _ < /run/up
# This /proc shows the harbour's processes by their pids in the harbour.
nsenter --pid="/own/$(cat /own/$harbour/task/$harbour/children | tr -d ' ')/ns/pid" mount -t proc proc /proc
mount -o remount,ro /

# Eight threads for blocking calls: a stage reads from three descriptors at once, and writes meanwhile.
export LD_PRELOAD=/opt/drydock/libkernel.so HOME=/ UV_THREADPOOL_SIZE=8
# --max-opt=0: V8 only interprets, because QEMU takes longer to translate V8's compilers than compiled code saves.
# chrt: whenever the agent is awake, it runs before all other processes. Its children get the usual priority.
chrt --reset-on-fork --rr 50 node --expose-gc --no-warnings --max-opt=0 /opt/drydock/agent.cjs &
unset LD_PRELOAD UV_THREADPOOL_SIZE

# reboot(2) in a PID namespace kills its init with a signal: SIGHUP, which is exit code 129 here, stands for a restart.
# See pid_namespaces(7).
set +e
wait $harbour
case $? in
129) busybox reboot -f ;;
*) busybox poweroff -f ;;
esac
