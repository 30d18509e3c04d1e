import { defineDemo } from "../../harness/judge/index.ts";

const CGROUP = "/sys/fs/cgroup/box/web-1";

export default defineDemo({
	title: "Limits that the kernel enforces",
	minutes: 6,
	views: ["limits", "processes"],
	steps: [
		{
			narration: "A database runs on this host. Here it is only a dd that holds 160 MiB.",
			stage: "host",
			command: "(dd if=/dev/zero bs=160M count=1 2>/dev/null | sleep 600 &); sleep 3; ps -C dd -o rss,comm",
			look: "One dd, with about 160000 KiB.",
			promises: ["^ *\\d{5,6} dd$"],
		},
		{
			narration:
				"Now we start a container with four programs that take 60 MiB each. It has namespaces, but no limits. What happens?",
			stage: "host",
			command:
				"(unshare --pid --fork --kill-child sh -c 'for n in 1 2 3 4; do dd if=/dev/zero bs=60M count=1 2>/dev/null | sleep 600 & done; wait' &); until dmesg | grep 'Out of memory'; do sleep 1; done; ps -C dd -o rss,comm; pkill sleep",
			look: "The kernel has killed the process that held the most memory: the database. The container's four dd are left.",
			promises: ["Out of memory: Killed process \\d+ \\(dd\\)"],
			note: "This takes a few seconds. The machine has about 460 MiB.",
		},
		{
			narration:
				"A cgroup is a directory. But the files for its limits do not exist yet, so not even root can set them.",
			stage: "host",
			command: `mkdir ${CGROUP}; sh -c 'echo 32M > ${CGROUP}/memory.max'`,
			look: "Permission denied, for a file that does not exist: only the kernel creates files here.",
			promises: ["memory\\.max: Permission denied"],
		},
		{
			narration: "The parent has to hand its controllers down. Then the files exist, and we can write limits.",
			stage: "host",
			command: `echo '+memory +pids +cpu' > /sys/fs/cgroup/box/cgroup.subtree_control; echo 32M > ${CGROUP}/memory.max; echo 10 > ${CGROUP}/pids.max; grep . ${CGROUP}/memory.max ${CGROUP}/pids.max`,
			look: "32 MiB, and ten processes.",
			promises: ["memory\\.max:33554432", "pids\\.max:10"],
		},
		{
			narration: "A shell joins the cgroup, and its dd takes 60 MiB. The host has plenty of memory left.",
			stage: "host",
			command: `sh -c 'echo 0 > ${CGROUP}/cgroup.procs; dd if=/dev/zero of=/dev/null bs=60M count=1; echo exit code $?'; grep oom_kill ${CGROUP}/memory.events`,
			look: "137 is 128+9: SIGKILL. This time the kernel killed the process that took too much.",
			promises: ["exit code 137", "oom_kill 1"],
		},
		{
			narration: "Twelve more processes, but only ten are allowed, and the shell counts as one.",
			stage: "host",
			command: `sh -c 'echo 0 > ${CGROUP}/cgroup.procs; for n in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.5 & done'; sleep 1; cat ${CGROUP}/pids.events`,
			look: "fork failed. No process was killed.",
			promises: ["Cannot fork", "max 1"],
		},
		{
			narration: "Now we want to remove the cgroup, but a process is still in it.",
			stage: "host",
			command: `sh -c 'sleep 300 & echo $! > ${CGROUP}/cgroup.procs'; rmdir ${CGROUP}`,
			look: "rmdir fails, because the cgroup is not empty.",
			promises: ["Device or resource busy"],
		},
		{
			narration: "One write kills all processes in the cgroup, whoever their parents are.",
			stage: "host",
			command: `echo 1 > ${CGROUP}/cgroup.kill; sleep 0.5; cat ${CGROUP}/cgroup.events; rmdir ${CGROUP}; ls -d /sys/fs/cgroup/box/*/ || echo none left`,
			look: "The cgroup is empty (populated 0), and then its directory is gone.",
			promises: ["populated 0", "none left"],
		},
	],
});
