import {
	BOX,
	commandAt,
	DURING,
	type FactValue,
	howItEnded,
	type Observation,
	type ProcessState,
} from "../../harness/judge/index.ts";
import {
	END_FILE,
	HUNG_UP,
	HUNG_UP_CODE,
	INTERRUPTED,
	INTERRUPTED_CODE,
	PIPED,
	PLAIN,
	RESIZED,
	SIZES,
	settingsAfter,
	settingsDuring,
	WITHOUT,
} from "./scenario.ts";

/** The facts of this lesson. */
export function deriveTerminals(observation: Observation): Record<string, FactValue> {
	const box = commandAt(observation, DURING);
	const [resized, plain, piped] = [
		commandAt(observation, RESIZED),
		commandAt(observation, WITHOUT, PLAIN),
		commandAt(observation, WITHOUT, PIPED),
	];
	const isOwn = box !== null && streamsOf(box) === OWN;
	return {
		...(box === null ? {} : terminalFacts(box)),
		"tty.resized": resized === null ? "not read" : sizeOf(resized, SIZES.later, SIZES.first),
		"tty.interrupt": signalFrom(observation, INTERRUPTED, INTERRUPTED_CODE, isOwn),
		"tty.hangup": signalFrom(observation, HUNG_UP, HUNG_UP_CODE, isOwn),
		"caller.settings": settings(observation),
		"caller.settings.interrupted": String(observation.measured[settingsAfter(INTERRUPTED)] ?? "not read"),
		"plain.stdin": plain === null ? "not read" : endOf(plain),
		"plain.streams": plain === null ? "not read" : separate(plain),
		"plain.callers": plain?.terminal?.callers ?? "not read",
		"plain.session": plain === null ? "not read" : ownSession(plain),
		"piped.streams": piped === null ? "not read" : separate(piped),
	};
}

/** What {@link streamsOf} says of a terminal of the container's own devpts. */
const OWN = "a terminal of its own /dev/pts";

function terminalFacts(box: ProcessState): Record<string, FactValue> {
	const { terminal } = box;
	if (terminal === null) return {};
	const { controlling, foreground, group, stdin, callers } = terminal;
	const isOwn = streamsOf(box) === OWN;
	return {
		"tty.streams": streamsOf(box),
		"tty.session": ownSession(box),
		"tty.controlling":
			isOwn && controlling === stdin?.number ? "its own" : controlling === "0:0" ? "none" : "another one",
		"tty.foreground":
			!isOwn || foreground === null ? "none" : foreground === group ? "the command's group" : "another group",
		"tty.size": sizeOf(box, SIZES.first, SIZES.later),
		"tty.callers": callers,
	};
}

const STREAMS = ["0", "1", "2"];

function streamsOf({ terminal, mounts, openPlaces, descriptors }: ProcessState): string {
	const pts = mounts.findLast(({ mountPoint }) => mountPoint === "/dev/pts");
	const [first, ...others] = STREAMS.map((fd) => JSON.stringify(openPlaces[fd] ?? null));
	if (terminal?.stdin == null) return "no terminal";
	if (others.some((place) => place !== first)) {
		const named = STREAMS.map((fd) => `${fd}: ${(descriptors[fd] ?? "closed").replace(/\d+/g, "N")}`);
		return `not one terminal: ${named.join(", ")}`;
	}
	return pts?.fstype === "devpts" && pts.device === terminal.stdin.device ? OWN : "a terminal of another /dev/pts";
}

const ownSession = ({ pid, terminal }: ProcessState) =>
	terminal?.session === pid && terminal.group === pid ? "its own" : "another process's";

type Size = { rows: number; columns: number };

function sizeOf(process: ProcessState, wanted: Size, other: Size): string {
	const stdin = process.terminal?.stdin ?? null;
	if (stdin === null || streamsOf(process) !== OWN) return "no terminal of its own";
	const { rows, columns } = stdin;
	const is = (size: Size) => rows === size.rows && columns === size.columns;
	return is(wanted) ? "the caller's" : is(other) ? "the one of another moment" : `${columns} × ${rows}`;
}

function signalFrom({ calls }: Observation, name: string, code: number, isOwn: boolean): string {
	const ending = calls[name]?.ending;
	if (ending?.how !== "returned") return howItEnded(ending);
	if (ending.value !== code) return "another end";
	return isOwn ? "from its own terminal" : "from the caller's terminal";
}

function settings({ measured }: Observation): string {
	const [during, after] = [settingsDuring(BOX), settingsAfter(BOX)].map((name) => String(measured[name] ?? "not read"));
	return `${during} meanwhile, ${after} afterwards`;
}

function endOf({ files }: ProcessState): string {
	const read = files[END_FILE]?.text.trim();
	return read === undefined ? "a read waits" : read === "1" ? "at its end" : "not at its end";
}

// Three different files, and none of them a terminal.
function separate({ descriptors, openPlaces }: ProcessState): string {
	const terminals = STREAMS.filter((fd) => /^\/dev\/(pts|tty)|^\/\d+$/.test(descriptors[fd] ?? ""));
	if (terminals.length > 0) return `a terminal: ${terminals.join(", ")}`;
	const places = new Set(STREAMS.map((fd) => JSON.stringify(openPlaces[fd] ?? fd)));
	return places.size === STREAMS.length ? "three" : "not three";
}
