import { defineDemo } from "../../harness/judge/index.ts";

const CGROUP = "/sys/fs/cgroup/box/web-1";

export default defineDemo({
	title: "Limits that bite",
	minutes: 6,
	views: ["limits", "processes"],
	steps: [
		{
			narration: "A database runs on this host. It is only a dd, but it holds 160 MiB, and does nobody any harm.",
			stage: "host",
			command: "(dd if=/dev/zero bs=160M count=1 2>/dev/null | sleep 600 &); sleep 3; ps -C dd -o rss,comm",
			look: "One dd, with some 160000 KiB.",
			promises: ["^ *\\d{5,6} dd$"],
		},
		{
			narration:
				"Now a container with four programs that take 60 MiB each. It has namespaces, and no limits. What will become of it?",
			stage: "host",
			command:
				"(unshare --pid --fork --kill-child sh -c 'for n in 1 2 3 4; do dd if=/dev/zero bs=60M count=1 2>/dev/null | sleep 600 & done; wait' &); until dmesg | grep 'Out of memory'; do sleep 1; done; ps -C dd -o rss,comm; pkill sleep",
			look: "The kernel has killed the process that held most: the database. Four are left, and they are the container's.",
			promises: ["Out of memory: Killed process \\d+ \\(dd\\)"],
			note: "Takes a few seconds. The machine has some 460 MiB.",
		},
		{
			narration: "A cgroup is a directory. But its limits are not there yet, not even for root.",
			stage: "host",
			command: `mkdir ${CGROUP}; sh -c 'echo 32M > ${CGROUP}/memory.max'`,
			look: "Permission denied, for a file that does not exist: nobody makes files here but the kernel.",
			promises: ["memory\\.max: Permission denied"],
		},
		{
			narration: "The parent has to hand its controllers down. Then the files are there, and we can write limits.",
			stage: "host",
			command: `echo '+memory +pids +cpu' > /sys/fs/cgroup/box/cgroup.subtree_control; echo 32M > ${CGROUP}/memory.max; echo 10 > ${CGROUP}/pids.max; grep . ${CGROUP}/memory.max ${CGROUP}/pids.max`,
			look: "32 MiB, and ten processes.",
			promises: ["memory\\.max:33554432", "pids\\.max:10"],
		},
		{
			narration: "Join, then take 60 MiB. The host has plenty of memory left.",
			stage: "host",
			command: `sh -c 'echo 0 > ${CGROUP}/cgroup.procs; dd if=/dev/zero of=/dev/null bs=60M count=1; echo exit code $?'; grep oom_kill ${CGROUP}/memory.events`,
			look: "137 is 128+9: killed. This time it was the one that took too much.",
			promises: ["exit code 137", "oom_kill 1"],
		},
		{
			narration: "Twelve processes, where ten are allowed. The shell is one of them.",
			stage: "host",
			command: `sh -c 'echo 0 > ${CGROUP}/cgroup.procs; for n in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.5 & done'; sleep 1; cat ${CGROUP}/pids.events`,
			look: "fork was refused. Nobody was killed.",
			promises: ["Cannot fork", "max 1"],
		},
		{
			narration: "A process that is still in there, and we want to be rid of the cgroup.",
			stage: "host",
			command: `sh -c 'sleep 300 & echo $! > ${CGROUP}/cgroup.procs'; rmdir ${CGROUP}`,
			look: "Busy: it is not empty.",
			promises: ["Device or resource busy"],
		},
		{
			narration: "One write ends everything in it, whoever has started it.",
			stage: "host",
			command: `echo 1 > ${CGROUP}/cgroup.kill; sleep 0.5; cat ${CGROUP}/cgroup.events; rmdir ${CGROUP}; ls -d /sys/fs/cgroup/box/*/ || echo none left`,
			look: "populated 0, and then the directory is gone.",
			promises: ["populated 0", "none left"],
		},
	],
});
