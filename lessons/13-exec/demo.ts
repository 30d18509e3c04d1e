import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Enter a running container",
	minutes: 6,
	views: ["namespaces", "limits", "answers"],
	steps: [
		{
			narration: "A container with 96 MiB of memory. Its command waits for a line.",
			stage: "container",
			command: "box run -it --memory 96M --hostname web /lab/rootfs cat",
			look: "Six namespaces of its own, and a cgroup with a limit.",
			promises: [],
		},
		{
			narration: "Its id, and the pid of its command on the host:",
			stage: "host",
			command: "read -r id pid command < <(box ps); echo $id $pid",
			look: "With the pid, root can open the namespaces: they are files in /proc.",
			promises: ["[0-9a-f]{8} \\d+"],
		},
		{
			narration: "nsenter puts a command into all of them, here a shell.",
			stage: "host",
			command: "nsenter --target $pid --all sh",
			look: "Both are in the same namespaces now.",
			promises: [],
		},
		{
			narration: "Who is it, and in which cgroup?",
			stage: "host",
			command: "hostname; cat /proc/self/cgroup",
			look: "The container's name. But the cgroup is two levels above the container's.",
			promises: ["web", "/\\.\\./\\.\\."],
		},
		{
			narration: "So what holds it back, if it asks for 160 MiB?",
			stage: "host",
			command: "dd if=/dev/zero of=/dev/null bs=160M count=1",
			look: "Nothing. A limit belongs to a cgroup, and a namespace puts nobody into one.",
			promises: ["1\\+0 records out"],
		},
		{
			narration: "Back to the host.",
			stage: "host",
			command: "exit",
			look: "The namespaces of the two shells differ again.",
			promises: [],
		},
		{
			narration: "The second hole. This shell has a directory of the host open.",
			stage: "host",
			command: "exec 7</root; nsenter --target $pid --all ls /proc/self/fd/7/..",
			look: "The host's root, seen from inside. A descriptor is a directory, not a path.",
			promises: ["lab"],
		},
		{
			narration: "Now the finished engine. It joins the cgroup first, then enters, then forks.",
			stage: "host",
			command: "box exec $id dd if=/dev/zero of=/dev/null bs=160M count=1; echo $?",
			look: "137: killed by the container's limit. The container's own command runs on.",
			promises: ["137"],
		},
		{
			narration: "And a working directory that is the open descriptor, as in CVE-2024-21626:",
			stage: "host",
			command: "box exec --workdir /proc/self/fd/7 $id ls",
			look: "Refused: the kernel says that no way leads from the root to this directory.",
			promises: ["leads out of the container"],
		},
		{
			narration: "A command in the container, and at the same time the end of its PID 1.",
			stage: "host",
			command: "box exec $id sh -c 'echo I am $$; kill -TERM 1; sleep 60'; echo $?",
			look: "137 again, and at once: the kernel kills every process of the namespace, whoever started it.",
			promises: ["I am \\d", "137"],
		},
	],
});
