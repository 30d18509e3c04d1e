import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Root inside is root outside",
	minutes: 6,
	views: ["identity", "answers"],
	steps: [
		{
			narration: "The host has a secret, and only root may read it.",
			stage: "host",
			command: "echo 'the secret of the host' > /root/secret; chmod 600 /root/secret; ls -l /root/secret",
			look: "It belongs to root, and nobody else may read it.",
			promises: ["-rw------- +1 root"],
		},
		{
			narration: "A container, with a directory of the host as a volume.",
			stage: "container",
			command: "box run -it -v /root:/mnt /lab/rootfs sh",
			look: "The container's shell. It has its own root, its own pids, its own network.",
			promises: [],
		},
		{
			narration: "Who is it, and what may it read?",
			stage: "container",
			command: "id; cat /mnt/secret; touch /mnt/from-inside",
			look: "All those walls, and it is still root: the kernel compares numbers, and 0 is 0.",
			promises: ["uid=0\\(root\\)", "the secret of the host"],
		},
		{
			narration: "To whom does the new file belong on the host?",
			stage: "host",
			command: "ls -l /root/from-inside",
			look: "To root. A container could leave a setuid program here.",
			promises: ["root +root .*from-inside"],
		},
		{
			narration: "So we change the number. First by hand, and only the one that the kernel asks for: the effective id.",
			stage: "container",
			command: "exit",
			look: "We are back in a shell of the host's.",
			promises: [],
		},
		{
			narration: "A program with another effective id, which tries to read the secret.",
			stage: "container",
			command: "setpriv --euid 1000 cat /root/secret; setpriv --euid 1000 grep Uid /proc/self/status",
			look: "Refused. But there are four numbers, and the first one, the real id, is still 0.",
			promises: ["Permission denied", "Uid:\\s+0\\s+1000\\s+1000\\s+1000"],
		},
		{
			narration: "What may a process with a real id of 0 do?",
			stage: "container",
			command: "setpriv --euid 1000 setpriv --reuid 0 cat /root/secret",
			look: "Go back. A real or a saved id of 0 is a key that the program keeps.",
			promises: ["the secret of the host"],
		},
		{
			narration: "So all of them, in one call.",
			stage: "container",
			command: "setpriv --reuid 1000 --clear-groups setpriv --reuid 0 cat /root/secret",
			look: "Operation not permitted: none of its ids is a way back.",
			promises: ["setresuid failed: Operation not permitted"],
		},
		{
			narration: "The finished engine does this. And it takes names from the image.",
			stage: "container",
			command:
				"cp -a /lab/rootfs /lab/mongo; echo 'mongodb:x:999:999::/data:/bin/sh' >> /lab/mongo/etc/passwd; echo 'polkitd:x:999:999::/:/bin/sh' >> /etc/passwd; box run -it --user mongodb -v /root:/mnt /lab/mongo sh",
			look: "The image calls this user mongodb. Its number is 999.",
			promises: [],
		},
		{
			narration: "Who is it now, and what may it read?",
			stage: "container",
			command: "whoami; cat /mnt/secret",
			look: "mongodb, and the secret is out of reach.",
			promises: ["mongodb", "Permission denied"],
		},
		{
			narration: "And what does the host say of the same process?",
			stage: "host",
			command: "ps -C sh -o user,args",
			look: "polkitd! One number, and two files that give it a name. The kernel knows neither of them.",
			promises: ["polkitd +(/bin/)?sh"],
		},
	],
});
