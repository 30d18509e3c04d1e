import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Process number 1",
	minutes: 8,
	views: ["processes", "namespaces", "answers"],
	steps: [
		{
			narration: "A process runs on the host. It belongs to no container.",
			stage: "host",
			command: "(sleep 1000 &)",
			look: "It has one number, the host's.",
			promises: [],
		},
		{
			narration:
				"Next, a container with a root of its own, as lesson 04 made it. None of the host's mounts is left in it. But it runs as root, and it mounts /proc.",
			stage: "host",
			command:
				"unshare --mount sh -c 'mount --bind /lab/rootfs /lab/rootfs; cd /lab/rootfs; pivot_root . .; umount -l .; exec busybox sh -c \"mount -t proc proc /proc; ps; killall sleep\"'",
			look: "ps shows all processes of the host, also our sleep. killall ends the sleep.",
			promises: ["busybox init", "sleep 1000"],
		},
		{
			narration: "Does the sleep still run on the host?",
			stage: "host",
			command: 'pgrep -x sleep || echo "killed from inside the container"',
			look: "The container has killed a process of the host. It needed only the number.",
			promises: ["killed from inside the container"],
		},
		{
			narration: "So the container gets numbers of its own: a PID namespace. We create one, and start two programs.",
			stage: "host",
			command: "unshare --pid sh -c 'echo $$; sleep 2; ls -d /lab'",
			look: "The shell kept its number, and got none inside. Its first child, sleep, was pid 1 inside. When sleep had ended, no process could be created in the namespace: Cannot fork.",
			promises: ["Cannot fork"],
		},
		{
			narration:
				"The new namespace is for the children. So we fork, keep the first child, and let it mount /proc from inside.",
			stage: "host",
			command: "unshare --pid --fork --mount-proc sh -c 'echo $$; ps -o pid,ppid,args; sleep 2'",
			look: "The shell is pid 1 inside, and has another number on the host. ps shows no process outside the namespace.",
			promises: ["^1$", "PID +PPID COMMAND"],
		},
		{
			narration:
				"But pid 1 has duties. Here pid 1 is cat, which does not know them. Two more processes are in the namespace; one of them is an orphan, because its parent has ended.",
			stage: "container",
			command: "unshare --pid --fork --mount-proc sh -c 'setsid sleep 1000 & (setsid sleep 3 &); exec cat'",
			look: "Each process has two numbers. The orphan's new parent is pid 1 of its namespace. The orphan ends after three seconds: watch what is left of it.",
			promises: [],
			note: "cat reads from the terminal of this shell, so the shell shows no prompt until step 9.",
		},
		{
			narration: "What has become of the orphan?",
			stage: "host",
			command: "sleep 3; ps -o pid,ppid,stat,args --ppid $(pgrep -x cat)",
			look: "Z and defunct mark a zombie: it has ended, but pid 1 does not wait for it. As long as pid 1 runs, only pid 1 could remove it, and cat does not.",
			promises: ["Z\\S* +\\[sleep\\] <defunct>"],
		},
		{
			narration: "Which signal ends pid 1? We enter the namespace, and send it SIGTERM and SIGKILL from inside.",
			stage: "host",
			command: "nsenter --target $(pgrep -x cat) --pid sh -c 'kill -TERM 1; kill -KILL 1'; pgrep -lx cat",
			look: "pid 1 is still there: from inside, the kernel discards signals that pid 1 has no handler for, even SIGKILL. From outside, it discards SIGTERM as well. That is why docker stop takes ten seconds with some images.",
			promises: ["^\\d+ cat$"],
		},
		{
			narration: "From outside, SIGKILL works. The namespace still has a zombie and a sleep of 1000 seconds.",
			stage: "host",
			command: 'kill -KILL $(pgrep -x cat); sleep 1; pgrep -x sleep || echo "gone with pid 1"',
			look: "The kernel has killed all other processes of the namespace: without its pid 1, a namespace is at its end.",
			promises: ["gone with pid 1"],
		},
		{
			narration:
				"Now our container engine, whose pid 1 is an init. The command leaves an orphan again, for two seconds.",
			stage: "container",
			command: `box run /lab/rootfs sh -c '(sleep 2 &); sleep 5; ps -o pid,ppid,stat,args; ps -o stat | grep Z || echo "no zombie"'`,
			look: "The orphan's new parent was the init, and the init has reaped it. This init also passes signals on, and ends when its command has ended: we write it in this lesson.",
			promises: ["^no zombie$"],
			note: "Processes: the orphan hangs below pid 1 for two seconds, and then it is gone, not a zombie as in step 7.",
		},
	],
});
