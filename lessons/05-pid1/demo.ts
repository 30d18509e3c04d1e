import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Process number 1",
	minutes: 6,
	views: ["processes", "namespaces", "answers"],
	steps: [
		{
			narration: "Something runs on the host. It has nothing to do with any container.",
			stage: "host",
			command: "(sleep 1000 &)",
			look: "Nothing to see yet.",
			promises: [],
		},
		{
			narration:
				"A container with a root of its own, as we have it so far. It cannot reach one file of the host's. But it is root, and it mounts /proc.",
			stage: "host",
			command:
				"unshare --mount sh -c 'mount --bind /lab/rootfs /lab/rootfs; cd /lab/rootfs; pivot_root . .; umount -l .; exec busybox sh -c \"mount -t proc proc /proc; ps; killall sleep\"'",
			look: "All processes of the host, also our sleep. The last command ends it.",
			promises: ["busybox init", "sleep 1000"],
		},
		{
			narration: "Is it still there, on the host?",
			stage: "host",
			command: 'pgrep -x sleep || echo "killed from inside the container"',
			look: "A process of the host was killed from inside: all it took was its number.",
			promises: ["killed from inside the container"],
		},
		{
			narration: "So the container gets numbers of its own: a PID namespace. We ask for one, and start two programs.",
			stage: "host",
			command: "unshare --pid sh -c 'echo $$; ls -d /lab; ls -d /lab'",
			look: "The shell still has its old number. The first ls was pid 1; it ended, and the namespace with it: Cannot fork.",
			promises: ["^/lab$", "Cannot fork"],
		},
		{
			narration:
				"The namespace is for the children. So fork, keep the first child, and let it mount /proc from inside.",
			stage: "host",
			command: "unshare --pid --fork --mount-proc sh -c 'echo $$; ps -o pid,ppid,args'",
			look: "Pid 1, and nobody else to be seen.",
			promises: ["^1$", "PID +PPID COMMAND"],
		},
		{
			narration: "But pid 1 has duties. Here it is cat, which does not know them: an orphan ends.",
			stage: "host",
			command:
				"unshare --pid --fork --mount-proc bash -c 'exec cat < <( (sleep 0.5 &); sleep 1; ps -o pid,ppid,stat,args )'",
			look: "Z, defunct: a zombie. Its parent is pid 1 now, and nobody reaps it.",
			promises: ["Z\\+? +\\[sleep\\] <defunct>"],
		},
		{
			narration: "And it cannot be stopped. From inside, not even with SIGKILL.",
			stage: "host",
			command:
				"unshare --pid --fork --mount-proc bash -c 'exec cat < <(kill -TERM 1; kill -KILL 1; echo \"pid 1 is still there\")'",
			look: "The kernel throws away what pid 1 has no handler for. That is why docker stop takes ten seconds with some images.",
			promises: ["pid 1 is still there"],
		},
		{
			narration: "One thing pid 1 does well without knowing: it leaves a background process behind, and ends.",
			stage: "host",
			command: "unshare --pid --fork sh -c 'setsid sleep 1000 &'; pgrep -x sleep || echo \"gone with pid 1\"",
			look: "The kernel has ended all others. An init that reaps, passes signals on, and ends with its command: that is what we write now.",
			promises: ["gone with pid 1"],
		},
	],
});
