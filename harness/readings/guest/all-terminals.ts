import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { TIOCGWINSZ } from "../../../native/constants.ts";
import { major } from "../../../native/device-files.ts";
import { ioctl, tcgetattr } from "../../../native/terminals.ts";
import type { Task } from "../tasks.ts";
import type { TerminalSettings, TerminalUser } from "../terminal.ts";
import { formatDevice } from "./device.ts";

/** Major numbers of the slaves of pseudo-terminals. See UNIX98_PTY_SLAVE_MAJOR in linux/major.h. */
const PTS_MAJORS = { from: 136, to: 143 };
/** The device number of /dev/ptmx. An open master has the same one. See ptmx(4). */
const PTMX = "5:2";
/** What a terminal does by itself, unless it is raw. See termios(3). */
const LOCAL_MODES = { ISIG: 0o1, ICANON: 0o2, ECHO: 0o10 };

export const isSlave = (rdev: number): boolean => major(rdev) >= PTS_MAJORS.from && major(rdev) <= PTS_MAJORS.to;

/**
 * A process's group, session and controlling terminal, and this terminal's foreground group: see {@link TerminalUser}.
 * @throws ENOENT or ESRCH: the process has ended
 * @see proc_pid_stat(5)
 */
export function readSession(pid: number) {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	const [, , group, session, tty, foreground] = stat
		.slice(stat.lastIndexOf(")") + 2)
		.split(" ")
		.map(Number);
	return {
		...{ group: group ?? 0, session: session ?? 0, controlling: formatDevice(tty ?? 0) },
		foreground: foreground !== undefined && foreground > 0 ? foreground : null,
	};
}

/** Which processes have which terminals, and how the terminals are set. */
export function readAllTerminals(tasks: readonly Task[]) {
	const settings = new Map<string, TerminalSettings>();
	const users = tasks.flatMap(({ pid }): TerminalUser[] => {
		try {
			const session = readSession(pid);
			const open = readEnds(pid, settings);
			return session.controlling === "0:0" && open.length === 0 ? [] : [{ pid, ...session, open }];
		} catch {
			return []; // The process has ended.
		}
	});
	return { users, settings: [...settings.values()] };
}

/**
 * The terminals that a process has open, each end once. Adds the settings of a terminal to `settings`, if they are not
 * there yet.
 */
function readEnds(pid: number, settings: Map<string, TerminalSettings>): TerminalUser["open"] {
	const ends = new Map<string, TerminalUser["open"][number]>();
	for (const fd of readdirSync(`/proc/${pid}/fd`)) {
		const path = `/proc/${pid}/fd/${fd}`;
		try {
			// The link to a pipe or a socket is no path.
			if (!readlinkSync(path).startsWith("/")) continue;
			const { dev, rdev } = statSync(path);
			const end = isSlave(rdev) ? "slave" : formatDevice(rdev) === PTMX ? "master" : null;
			if (end === null) continue;
			const number = end === "slave" ? formatDevice(rdev) : numberOfMaster(`/proc/${pid}/fdinfo/${fd}`);
			const key = `${formatDevice(dev)} ${number}`;
			ends.set(`${key} ${end}`, { number, device: formatDevice(dev), end });
			// To open a master again would make another terminal.
			if (end === "slave" && !settings.has(key))
				settings.set(key, { number, device: formatDevice(dev), ...readSettings(path) });
		} catch {
			// It was closed meanwhile, or the terminal has hung up.
		}
	}
	return [...ends.values()];
}

// The kernel shows the number of the master's terminal as "tty-index: 3". Returns an empty text if it shows none.
function numberOfMaster(fdinfo: string): string {
	const index = /^tty-index:\s*(\d+)$/m.exec(readFileSync(fdinfo, "utf8"))?.[1];
	return index === undefined ? "" : `${PTS_MAJORS.from}:${index}`;
}

function readSettings(slave: string): Pick<TerminalSettings, "rows" | "columns" | "set"> {
	const fd = openSync(slave, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
	try {
		const { c_lflag } = tcgetattr(fd);
		const set = Object.entries(LOCAL_MODES).flatMap(([name, bit]) => ((c_lflag & bit) === 0 ? [] : [name]));
		return { ...ioctl(fd, TIOCGWINSZ), set };
	} finally {
		closeSync(fd);
	}
}
