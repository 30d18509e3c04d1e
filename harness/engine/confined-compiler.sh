#!/bin/sh
# Starts a compiler confined, because the compiler reads source text from strangers. confined-compiler.ts sets the variables:
#   DRYDOCK_TOOL         path of the compiler, a program that needs no shared library
#   DRYDOCK_TOOL_LEVEL   root, user or none: how its root file system is made
#   DRYDOCK_TOOL_USER    number of the user and group that the compiler gets at level root
#   DRYDOCK_TOOL_PARENT  pid of drydock's process
#   DRYDOCK_TOOL_CPU_S, DRYDOCK_TOOL_MEMORY_KB
#
# The first sh waits for the compiler, and kills it when drydock ends. A parent-death signal for the compiler itself would
# not last: the kernel clears it when a process changes its user. See PR_SET_PDEATHSIG(2const).

# Ctrl-C and a closed terminal reach every process of the terminal. Drydock decides when the compiler ends: if the compiler
# ended first, drydock would report that before it notices the Ctrl-C.
trap '' INT HUP

name=${DRYDOCK_TOOL##*/}

case $1 in
confine)
	# The compiler's root file system contains only the compiler's own folder. Its Go runtime reads /proc/self/exe.
	shift
	set -e
	# The compiler runs as another user, and has to enter the folders made here.
	umask 022
	mount -t tmpfs -o mode=755,size=64k,nosuid,nodev none /mnt
	mkdir -p /mnt/proc/self /mnt/lib
	ln -s "/lib/$name" /mnt/proc/self/exe
	mount --bind -o ro "${DRYDOCK_TOOL%/*}" /mnt/lib
	case $DRYDOCK_TOOL_LEVEL in
	root) set -- "--setgid=$DRYDOCK_TOOL_USER" "--setuid=$DRYDOCK_TOOL_USER" -- "/lib/$name" "$@" ;;
	user) set -- --user --map-user=65534 --map-group=65534 -- "/lib/$name" "$@" ;;
	esac
	exec unshare --root=/mnt --wd=/ "$@"
	;;
limit)
	shift
	test "$PPID" = "$DRYDOCK_TOOL_PARENT" || exit 1
	# Standard error is discarded: a compiler that crashes prints a page of goroutines. And if one of this user's own
	# limits is lower, sh prints an error. After "ulimit -f 0", writing that error into a file would end sh.
	exec 3<&0 </dev/null 2>/dev/null
	ulimit -c 0
	ulimit -f 0
	ulimit -n 128
	ulimit -t "$DRYDOCK_TOOL_CPU_S"
	ulimit -d "$DRYDOCK_TOOL_MEMORY_KB"
	trap 'kill -KILL $! 2>/dev/null; exit 143' TERM
	case $DRYDOCK_TOOL_LEVEL in
	root) unshare --mount --net --ipc -- /bin/sh "$0" confine "$@" <&3 3<&- & ;;
	user) unshare --user --map-root-user --mount --net --ipc -- /bin/sh "$0" confine "$@" <&3 3<&- & ;;
	*) "$DRYDOCK_TOOL" "$@" <&3 3<&- & ;;
	esac
	# This sh closes its copy of standard output, so that drydock sees the output end when the compiler ends.
	exec 3<&- >/dev/null
	wait $!
	exit
	;;
esac

if command -v setpriv >/dev/null; then exec setpriv --no-new-privs --pdeathsig TERM -- /bin/sh "$0" limit "$@"; fi
exec /bin/sh "$0" limit "$@"
