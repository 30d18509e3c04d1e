#!/bin/sh
# Runs `drydock grade` with the arguments that are given. The options in grade-options.txt are added after them. If
# there is a class file beside this file, it is named before them.
here=$(cd "$(dirname "$0")" && pwd)

# Prints how many processors this container may use. Prints nothing where there is no limit.
limit() {
	if [ -r /sys/fs/cgroup/cpu.max ]; then
		read -r quota period </sys/fs/cgroup/cpu.max
	elif [ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]; then
		read -r quota </sys/fs/cgroup/cpu/cpu.cfs_quota_us
		read -r period </sys/fs/cgroup/cpu/cpu.cfs_period_us
	else
		quota=max
	fi
	case $quota in
	max | -1) ;;
	*) echo $(((quota + period - 1) / period)) ;;
	esac
}

# Node counts all processors of the computer. So a container would start a virtual machine for each of them.
processors=$(limit)
[ ! -e "$here/drydock.class.yaml" ] || set -- --class "$here/drydock.class.yaml" "$@"
[ -z "$processors" ] || set -- --lanes $((processors + 1)) "$@"
# shellcheck disable=SC2046 # one option for each word
exec "$here/drydock.sh" grade "$@" $(cat "$here/grade-options.txt")
