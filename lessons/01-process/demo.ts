import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "One call is not enough: why an engine forks",
	minutes: 5,
	views: ["processes"],
	steps: [
		{
			narration:
				"A container is an ordinary process, so an engine has to do what a shell does all day: run a command. The system call for that is execve, and a shell's exec calls it. Here, a shell plays the engine. After the command, it should print one more line.",
			stage: "host",
			command: `sh -c 'echo "engine: pid $$"; exec sh -c "echo \\"command: pid \\$\\$\\""; echo "engine: done"'`,
			look: "Both lines show the same pid, and the third line never comes. execve does not start a process: it replaces the program in the calling process.",
			promises: ["engine: pid (\\d+)\\s+command: pid \\1"],
		},
		{
			narration:
				"So there must be two processes. fork makes a copy of the engine, the copy becomes the command, and the engine waits until the command has ended.",
			stage: "host",
			command: `sh -c 'sh -c "exit 7"; echo "engine: it ended with $?"'`,
			look: "The engine is still running, and knows the command's exit code.",
			promises: ["engine: it ended with 7"],
		},
		{
			narration: "Not every process exits. A signal kills this one, so it has no exit code.",
			stage: "host",
			command: `sh -c 'sh -c "kill -SEGV \\$\\$"; echo "engine: it ended with $?"'`,
			look: "139 is 128 + 11, and SIGSEGV is signal 11. In the same way, a container whose command was killed because memory ran out ends with 137: 128 + 9, and SIGKILL is signal 9.",
			promises: ["engine: it ended with 139"],
			note: "First let the audience guess the number: most of them have seen 137.",
		},
		{
			narration:
				"What if the engine does not wait? This engine starts a command that soon ends. Then the engine does something else: it becomes sleep 60.",
			stage: "host",
			command:
				"(sh -c 'sleep 0.1 & exec sleep 60' > /dev/null 2>&1 &); sleep 1; ps -eo pid,ppid,stat,args | grep -e '[s]leep 60' -e '[d]efunct'",
			look: "Z marks a zombie. Its memory is freed, and its files are closed. But the kernel keeps its pid and its exit status for its parent, and this parent never asks.",
			promises: ["[RS]\\s+sleep 60", "\\bZ\\s+\\[sleep\\] <defunct>"],
		},
		{
			narration:
				"Nobody can kill a zombie, because it is dead already. But we can kill its parent. Then pid 1 becomes the zombie's new parent, and waits for it.",
			stage: "host",
			command: "pkill -f '^sleep 60$'; sleep 1; ps -eo pid,ppid,stat,args | grep '[d]efunct' || echo 'no zombie left'",
			look: "Both are gone. In lesson 05, we write the container's pid 1. Then our program must wait for such orphans.",
			promises: ["no zombie left"],
		},
		{
			narration:
				"The fix is one call, waitpid. Here is the same engine again, but now it waits before it does something else.",
			stage: "host",
			command:
				"(sh -c 'sleep 0.1 & wait; exec sleep 3' > /dev/null 2>&1 &); sleep 1; ps -eo pid,ppid,stat,args | grep -e '[s]leep 3' -e '[d]efunct'",
			look: "One sleep, and no Z. fork, execve and waitpid: from these three calls you build the engine of this lesson.",
			promises: ["^\\s*\\d+\\s+\\d+\\s+[RS]\\s+sleep 3\\s*$"],
		},
	],
});
