import { closeSync, constants, openSync, readdirSync, statSync } from "node:fs";
import { TIOCGWINSZ } from "../../../native/constants.ts";
import { ioctl } from "../../../native/terminals.ts";
import { programName } from "../tasks.ts";
import { isSlave, readAllTerminals, readSession } from "./all-terminals.ts";
import { formatDevice } from "./device.ts";
import { readFileId } from "./file-id.ts";
import { descendantsIn } from "./proc.ts";
import type { ProcessReading } from "./process-reading.ts";
import type { Reader } from "./reader.ts";

export const terminal: Reader<"terminal"> = (asked) => ({
	host: ({ tasks }) => ({ terminals: asked?.everywhere ? readAllTerminals(tasks) : null }),
	process: (from) => ({ terminal: asked === undefined ? null : readTerminal(from) }),
});

function readTerminal(from: ProcessReading) {
	return {
		...readSession(from.pid),
		stdin: readTerminalAt(`/proc/${from.pid}/fd/0`),
		callers: readHolders(from),
	};
}

function readTerminalAt(path: string) {
	try {
		const { dev, rdev } = statSync(path);
		if (!isSlave(rdev)) return null;
		const fd = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
		try {
			return { number: formatDevice(rdev), device: formatDevice(dev), ...ioctl(fd, TIOCGWINSZ) };
		} finally {
			closeSync(fd);
		}
	} catch {
		return null; // The descriptor is closed, the terminal has hung up, or the process has ended.
	}
}

// The processes of the container that have one of the engine's terminals open.
function readHolders({ pid, engine, hostTasks }: ProcessReading): string[] {
	const terminals = Object.values(engine.descriptors)
		.filter((path) => path.startsWith("/dev/pts/"))
		.map((path) => JSON.stringify(readFileId(`/proc/1/root${path}`)));
	const inside = descendantsIn(engine.pid, hostTasks).filter((task) => task.nsPids.length > 1 || task.pid === pid);
	const holds = (task: { pid: number }) =>
		readdirSync(`/proc/${task.pid}/fd`).some((fd) =>
			terminals.includes(JSON.stringify(readFileId(`/proc/${task.pid}/fd/${fd}`))),
		);
	return terminals.length === 0 ? [] : inside.filter(holds).map(programName);
}
