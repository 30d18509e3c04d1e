import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Two hostnames on one kernel: the first namespaces of a container",
	minutes: 5,
	views: ["namespaces", "answers"],
	steps: [
		{
			narration: "This machine is called harbour. We want a container that is called web-1 and uses the same kernel.",
			stage: "host",
			command: "hostname; readlink /proc/self/ns/uts",
			look: "A hostname does not belong to a process. It belongs to a namespace, and the number identifies the namespace.",
			promises: ["harbour", "uts:\\[\\d+\\]"],
		},
		{
			narration:
				"In the other shell, we ask the kernel for a new UTS namespace. unshare(1) makes one system call, and then becomes a shell.",
			stage: "container",
			command: "unshare --uts sh",
			look: "Nothing seems to have changed: the shell sees the same machine, the same files, the same processes.",
			promises: [],
		},
		{
			narration:
				"A new UTS namespace starts as a copy of the old one, so it has the same name. We set another name, and look at the number.",
			stage: "container",
			command: "hostname; hostname web-1; hostname; readlink /proc/self/ns/uts",
			look: "Another name, and another number: this shell is in a UTS namespace of its own.",
			promises: ["harbour\\s+web-1\\s+uts:\\[\\d+\\]"],
		},
		{
			narration: "Has the host been renamed?",
			stage: "host",
			command: "hostname",
			look: "No. Without unshare, hostname web-1 would have renamed the host.",
			promises: ["harbour"],
		},
		{
			narration:
				"A namespace separates only one kind of thing. Here is another kind: we make a System V message queue on the host.",
			stage: "host",
			command: "ipcmk --queue",
			look: "The queue is in the kernel. It is not a file, and it has nothing to do with hostnames.",
			promises: ["Message queue id: \\d+"],
		},
		{
			narration: "Does our container see the queue?",
			stage: "container",
			command: "ipcs --queues | grep 0x || echo 'no queue here'",
			look: "Yes, and because it runs as root, it could remove the queue. So far, only the hostname is separate.",
			promises: ["0x[0-9a-f]+\\s+\\d+\\s+root"],
		},
		{
			narration: "One more flag gives the container a new IPC namespace.",
			stage: "container",
			command: "unshare --ipc sh",
			look: "The name web-1 stays: unshare changes only the namespaces that we ask for.",
			promises: [],
		},
		{
			narration: "Does our container still see the queue?",
			stage: "container",
			command: "hostname; ipcs --queues | grep 0x || echo 'no queue here'",
			look: "No: the container has its own hostname and its own queues. It still shares files, processes and network with the host. Each of these has its own lesson.",
			promises: ["web-1\\s+no queue here"],
		},
	],
});
