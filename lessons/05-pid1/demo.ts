import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Process number 1",
	minutes: 6,
	views: ["processes", "namespaces", "answers"],
	steps: [
		{
			narration: "A process runs on the host. It belongs to no container.",
			stage: "host",
			command: "(sleep 1000 &)",
			look: "Nothing to see yet.",
			promises: [],
		},
		{
			narration:
				"Next, a container with a root of its own, as lesson 04 made it. It cannot reach any file of the host. But it runs as root, and it mounts /proc.",
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
			command: "unshare --pid sh -c 'echo $$; ls -d /lab; ls -d /lab'",
			look: "The shell still has its old number. The first ls was pid 1. After it ended, no process could be created in the namespace: Cannot fork.",
			promises: ["^/lab$", "Cannot fork"],
		},
		{
			narration:
				"The new namespace is for the children. So we fork, keep the first child, and let it mount /proc from inside.",
			stage: "host",
			command: "unshare --pid --fork --mount-proc sh -c 'echo $$; ps -o pid,ppid,args'",
			look: "The shell is pid 1, and ps shows no process outside the namespace.",
			promises: ["^1$", "PID +PPID COMMAND"],
		},
		{
			narration: "But pid 1 has duties. Here pid 1 is cat, which does not know them. An orphan ends.",
			stage: "host",
			command:
				"unshare --pid --fork --mount-proc bash -c 'exec cat < <( (sleep 0.5 &); sleep 1; ps -o pid,ppid,stat,args )'",
			look: "Z and defunct mark a zombie. Its parent is pid 1 now, and pid 1 does not reap it.",
			promises: ["Z\\+? +\\[sleep\\] <defunct>"],
		},
		{
			narration: "From inside, no signal ends pid 1, not even SIGKILL.",
			stage: "host",
			command:
				"unshare --pid --fork --mount-proc bash -c 'exec cat < <(kill -TERM 1; kill -KILL 1; echo \"pid 1 is still there\")'",
			look: "The kernel discards signals that pid 1 has no handler for. That is why docker stop takes ten seconds with some images.",
			promises: ["pid 1 is still there"],
		},
		{
			narration: "One thing works without any code: pid 1 leaves a background process behind, and ends.",
			stage: "host",
			command: "unshare --pid --fork sh -c 'setsid sleep 1000 &'; pgrep -x sleep || echo \"gone with pid 1\"",
			look: "The kernel has killed all other processes of the namespace. Now we write an init that reaps orphans, passes signals on, and ends when its command has ended.",
			promises: ["gone with pid 1"],
		},
	],
});
