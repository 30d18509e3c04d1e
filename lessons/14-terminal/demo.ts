import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "A terminal of its own",
	minutes: 5,
	views: ["processes", "answers"],
	steps: [
		{
			narration: "A terminal is a file. This shell has one.",
			stage: "container",
			command: "tty; stty size",
			look: "Whoever may open this file can write on this screen.",
			promises: ["/dev/pts/\\d"],
		},
		{
			narration: "A container with the host's /dev/pts, as engines once made it.",
			stage: "host",
			command:
				"tty; box run -v /dev/pts:/mnt /lab/rootfs sh -c 'ls /mnt; echo Root password: | tee /mnt/[0-9]* > /dev/null'",
			look: "It sees all terminals of the host. Look at the other shell: there is a line that its owner has not asked for.",
			promises: ["ptmx", "Root password:"],
		},
		{
			narration: "The finished engine gives a container a terminal of its own.",
			stage: "host",
			command: "box run -it /lab/rootfs sh -c 'tty; ls /dev/pts; stty size; ls -l /proc/1/fd | grep -c pts'",
			look: "Number 0, in a /dev/pts that has no other. The size is that of the window. And init has no terminal at all.",
			promises: ["/dev/pts/0", "^0\\r?$"],
		},
		{
			narration: "Session, terminal and foreground, as the kernel shows them.",
			stage: "host",
			command: `box run -it /lab/rootfs sh -c 'cut -d" " -f5-8 /proc/$$/stat'`,
			look: "Group 2, session 2, terminal 136:0, foreground 2: the command leads its session, and Ctrl-C is for it.",
			promises: ["2 2 34816 2"],
		},
		{
			narration: "Without -t, there are three streams and no terminal.",
			stage: "host",
			command: "box run /lab/rootfs sh -c 'tty; ls -l /proc/self/fd | cut -c 58-'",
			look: "Standard input is at its end, output and errors are two pipes. On the host, a process copies from them.",
			promises: ["not a tty", "pipe:"],
		},
		{
			narration: "And afterwards?",
			stage: "host",
			command: "stty -a | grep -o '[-]*icanon.*echo '",
			look: "The caller's terminal was raw meanwhile. It is as it was before.",
			promises: ["icanon"],
		},
	],
});
