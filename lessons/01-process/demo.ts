import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "One call is not enough: why an engine forks",
	minutes: 5,
	views: ["processes"],
	steps: [
		{
			narration:
				"A container is an ordinary process, so an engine has to do what a shell does all day: run a command. The system call for that is execve, and a shell's exec calls it. Here a shell plays the engine, and means to go on afterwards.",
			stage: "host",
			command: `sh -c 'echo "engine: pid $$"; exec sh -c "echo \\"command: pid \\$\\$\\""; echo "engine: done"'`,
			look: "Both lines have the same pid, and the third never comes. execve starts no process: it gives the one that calls it another program.",
			promises: ["engine: pid (\\d+)\\s+command: pid \\1"],
		},
		{
			narration:
				"So there have to be two. fork makes a copy, the copy becomes the command, and the engine waits for it.",
			stage: "host",
			command: `sh -c 'sh -c "exit 7"; echo "engine: it ended with $?"'`,
			look: "The engine is still there, and knows the exit code.",
			promises: ["engine: it ended with 7"],
		},
		{
			narration: "Not every process ends by itself. This one crashes, and so it has no exit code at all.",
			stage: "host",
			command: `sh -c 'sh -c "kill -SEGV \\$\\$"; echo "engine: it ended with $?"'`,
			look: "139 is 128 + 11, and SIGSEGV is number 11. The 137 of a container that ran out of memory is the same sum: 128 + 9.",
			promises: ["engine: it ended with 139"],
			note: "Ask the audience for the number first: most have seen 137.",
		},
		{
			narration:
				"And when nobody waits? This engine starts a command that soon ends, and then busies itself with something else.",
			stage: "host",
			command:
				"(sh -c 'sleep 0.1 & exec sleep 60' > /dev/null 2>&1 &); sleep 1; ps -eo pid,ppid,stat,args | grep -e '[s]leep 60' -e '[d]efunct'",
			look: "Z is a zombie. Its memory and its files are gone, but the kernel keeps its pid and how it ended, until its parent asks.",
			promises: ["[RS]\\s+sleep 60", "\\bZ\\s+\\[sleep\\] <defunct>"],
		},
		{
			narration:
				"It is dead already, so it cannot be killed. But its parent can, and then pid 1 becomes its parent, and asks.",
			stage: "host",
			command: "pkill -f '^sleep 60$'; sleep 1; ps -eo pid,ppid,stat,args | grep '[d]efunct' || echo 'no zombie left'",
			look: "Both are gone. In a container of its own, pid 1 will be ours, and asking will be our business.",
			promises: ["no zombie left"],
		},
		{
			narration: "The repair is one call, waitpid. The same engine once more, and this time it asks.",
			stage: "host",
			command:
				"(sh -c 'sleep 0.1 & wait; exec sleep 3' > /dev/null 2>&1 &); sleep 1; ps -eo pid,ppid,stat,args | grep -e '[s]leep 3' -e '[d]efunct'",
			look: "One sleep, and no Z. fork, execve, waitpid: with these three you write the engine of this lesson.",
			promises: ["^\\s*\\d+\\s+\\d+\\s+[RS]\\s+sleep 3\\s*$"],
		},
	],
});
