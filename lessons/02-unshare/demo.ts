import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Two names for one machine: the first walls of a container",
	minutes: 5,
	views: ["namespaces", "answers"],
	steps: [
		{
			narration: "This machine is called harbour. We want a container that is called web-1, on the same kernel.",
			stage: "host",
			command: "hostname; readlink /proc/self/ns/uts",
			look: "A hostname belongs to no process. It belongs to a namespace, and the number says to which.",
			promises: ["harbour", "uts:\\[\\d+\\]"],
		},
		{
			narration:
				"In the other shell we ask the kernel for a new one. unshare(1) makes one system call and then becomes a shell.",
			stage: "container",
			command: "unshare --uts sh",
			look: "Nothing seems to have happened. This is the same machine, the same files, the same processes.",
			promises: [],
		},
		{
			narration:
				"It has the old name, because a new namespace starts as a copy. So we give it another, and look at the number.",
			stage: "container",
			command: "hostname; hostname web-1; hostname; readlink /proc/self/ns/uts",
			look: "Another name, and another number: this shell is in a UTS namespace of its own.",
			promises: ["harbour\\s+web-1\\s+uts:\\[\\d+\\]"],
		},
		{
			narration: "Has the host been renamed?",
			stage: "host",
			command: "hostname",
			look: "It has not. Had we left unshare out, it would have been.",
			promises: ["harbour"],
		},
		{
			narration:
				"A namespace is a wall around one kind of thing. Here is another kind: a System V message queue, made on the host.",
			stage: "host",
			command: "ipcmk --queue",
			look: "A queue, somewhere in the kernel. It has no file, and nothing to do with hostnames.",
			promises: ["Message queue id: \\d+"],
		},
		{
			narration: "Does our container see it?",
			stage: "container",
			command: "ipcs --queues | grep 0x || echo 'no queue here'",
			look: "It does, and as root it could remove it. That is the hole: the wall was around the name only.",
			promises: ["0x[0-9a-f]+\\s+\\d+\\s+root"],
		},
		{
			narration: "One more flag, one more wall.",
			stage: "container",
			command: "unshare --ipc sh",
			look: "The name stays: what is not asked for is kept.",
			promises: [],
		},
		{
			narration: "And now?",
			stage: "container",
			command: "hostname; ipcs --queues | grep 0x || echo 'no queue here'",
			look: "Its own name, its own queues. All else is still shared with the host: files, processes, network. Each has a lesson.",
			promises: ["web-1\\s+no queue here"],
		},
	],
});
