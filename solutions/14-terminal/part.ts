import { closeSync, readdirSync } from "node:fs";
import { isatty } from "node:tty";
import { PR_SET_PDEATHSIG, prctl, SIGKILL } from "#kernel";
import { leaveTerminal } from "../callers-terminal.ts";
import { part } from "../part.ts";
import options from "./options.json";
import { connectStreams, type Ends, type Streams } from "./streams.ts";

/** Connects a container's streams with the caller's. Comes first: the process that copies stays on the host. */
part<{ streams: Streams; ends?: Ends }>({
	when: "streams",
	options,
	readOptions: (given) => {
		const [interactive, tty] = [given("interactive").length > 0, given("tty").length > 0];
		if (interactive && tty && !isatty(0))
			throw new Error("--tty: standard input is not a terminal\n  try: --interactive alone");
		return { streams: { interactive, tty } };
	},
	enter: (container) => {
		// The process that copies ends with the engine. Otherwise it would go on reading a terminal that a shell has back.
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		container.ends = connectStreams(container.streams);
		leaveTerminal();
		closeTerminals();
	},
});

// Node opens a terminal once more when it prints something.
function closeTerminals(): void {
	const open = readdirSync("/proc/self/fd").map(Number);
	for (const fd of open.filter((fd) => fd > 2 && isatty(fd))) closeSync(fd);
}
