import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Root inside, nobody's root outside",
	minutes: 7,
	views: ["identity", "namespaces", "answers"],
	steps: [
		{
			narration: "The host has an ordinary user, anna, with a range of 65536 more numbers, and a secret of root's.",
			stage: "host",
			command:
				"echo 'anna:x:1000:1000::/home/anna:/bin/bash' >> /etc/passwd; echo anna:100000:65536 | tee -a /etc/subuid >> /etc/subgid; install -d -o 1000 -g 1000 /home/anna /run/user/1000; echo 'the secret of root' > /etc/secret; chmod 600 /etc/secret; ls -l /etc/secret",
			look: "The secret belongs to root, and nobody else may read it.",
			promises: ["-rw------- +1 root"],
		},
		{
			narration:
				"anna wants containers, and the engine needs root. The old answer: a setuid program that starts the engine as root.",
			stage: "host",
			command: "install -m 4755 /usr/bin/setpriv /opt/as-root; ls -l /opt/as-root",
			look: "The s: this program runs as its owner, root, whoever starts it.",
			promises: ["-rws"],
		},
		{
			narration: "This shell becomes anna's.",
			stage: "container",
			command: "exec setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/home/anna bash",
			look: "No container yet: another user on the host.",
			promises: [],
		},
		{
			narration: "anna starts a container, with a directory of the host as a volume.",
			stage: "container",
			command: "cd; /opt/as-root --reuid 0 --regid 0 --clear-groups box run -v /etc:/mnt /lab/rootfs cat /mnt/secret",
			look: "Whoever may tell root's engine what to do is root. The same holds for the group docker.",
			promises: ["the secret of root"],
		},
		{
			narration: "So without it. A user namespace is the only namespace that everybody may make.",
			stage: "container",
			command: "unshare --user bash",
			look: "A new user namespace, and this shell is in it. But who is it there?",
			promises: [],
		},
		{
			narration: "Who is it inside?",
			stage: "container",
			command: "id -u; cat /proc/self/uid_map; grep CapEff /proc/self/status; echo $$",
			look: "65534, nobody: the map is empty. unshare had every capability here, but execve keeps them only for root.",
			promises: ["65534"],
		},
		{
			narration: "Now the map. A helper outside writes it, with the power of a setuid program that does only that.",
			stage: "host",
			command:
				"pid=$(pgrep -n -u 1000 bash); setpriv --reuid 1000 --regid 1000 --clear-groups sh -c 'newuidmap $0 0 1000 1 1 100000 65536; newgidmap $0 0 1000 1 1 100000 65536' $pid; cat /proc/$pid/uid_map",
			look: "Two lines: 0 inside is anna. 1 to 65536 inside are anna's range.",
			promises: ["0 +1000 +1", "1 +100000 +65536"],
		},
		{
			narration: "And inside?",
			stage: "container",
			command: "id -u; touch mine; chown 1:1 mine; ls -ln mine; cat /etc/secret",
			look: "Root! It may give a file away. But the secret belongs to a number that this namespace does not have.",
			promises: ["^0", "1 +1 .*mine", "Permission denied"],
		},
		{
			narration: "Whose file is that on the host?",
			stage: "host",
			command: "ls -ln /home/anna/mine",
			look: "100000: the first number of anna's range.",
			promises: ["100000 +100000"],
		},
		{
			narration: "Back out, and an image of anna's own.",
			stage: "container",
			command: "exit",
			look: "anna again, in the host's user namespace.",
			promises: [],
		},
		{
			narration: "The finished engine, started by anna. It does the same, and then what it always did.",
			stage: "container",
			command: "cp -R /lab/rootfs image 2>&-; box run -it --privileged -v /etc:/mnt image sh",
			look: "No setuid program of ours, and no daemon of root's. --privileged leaves all capabilities, so that we see what they are worth.",
			promises: [],
		},
		{
			narration: "Who is it, and what does it reach?",
			stage: "container",
			command: "id -u; mount -t tmpfs none /tmp && echo mounted; cat /mnt/secret",
			look: "Root inside, with every capability. Outside, the kernel asks for anna's rights.",
			promises: ["mounted", "Permission denied"],
		},
	],
});
