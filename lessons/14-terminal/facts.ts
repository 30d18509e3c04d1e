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
	HUNG_UP_CODES,
	MUTE,
	NO_INPUT,
	PLAIN,
	RESIZED,
	SIZES,
	settingsAfter,
	settingsDuring,
	TYPED,
} from "./scenario.ts";

/** The facts of this lesson. */
export function deriveTerminals(observation: Observation): Record<string, FactValue> {
	const box = commandAt(observation, DURING);
	const resized = commandAt(observation, RESIZED);
	const [plain, mute] = [commandAt(observation, NO_INPUT, PLAIN), commandAt(observation, NO_INPUT, MUTE)];
	const typed = commandAt(observation, TYPED, TYPED);
	const isOwn = box !== null && streamsOf(box) === OWN;
	return {
		...(box === null ? {} : terminalFacts(box)),
		"tty.resized": resized === null ? NOT_READ : sizeOf(resized, SIZES.later, SIZES.first),
		"tty.interrupt": interrupt(observation, isOwn),
		"tty.hangup": hangUp(observation, isOwn),
		"tty.failed": failed(observation),
		"later.commands": notSeen(observation),
		"caller.settings": settings(observation),
		"caller.settings.kept": changedSettings(observation),
		"mute.input": mute === null ? NOT_READ : endOf(mute),
		"plain.stdin": plain === null ? NOT_READ : endOf(plain),
		"plain.streams": plain === null ? NOT_READ : separate(plain),
		"plain.session": plain === null ? NOT_READ : ownSession(plain),
		"typed.streams": typed === null ? NOT_READ : separate(typed),
		"typed.callers": typed?.terminal?.callers ?? NOT_READ,
		"typed.input": typed === null ? NOT_READ : (typed.files[END_FILE]?.text.trim() ?? "its end was not found"),
	};
}

/**
 * The value of a fact if the command did not run, or the run ended before the check could read it. Also the value of a
 * fact about the command's own terminal, if the command's three streams are not that terminal: the finding about the
 * streams says why.
 */
export const NOT_READ = "not read";

/**
 * The value of `tty.interrupt` if the container has not heard the hang-up: then it has not ended with the exit code
 * that says whether it got SIGINT.
 */
export const NOT_KNOWN = "not known";

/** What {@link streamsOf} says of a terminal of the container's own devpts. */
const OWN = "a terminal of its own /dev/pts";

function terminalFacts(box: ProcessState): Record<string, FactValue> {
	const { terminal } = box;
	if (terminal === null) return {};
	const isOwn = streamsOf(box) === OWN;
	return {
		"tty.streams": streamsOf(box),
		"tty.session": ownSession(box),
		"tty.controlling": isOwn ? controllingTerminal(terminal) : NOT_READ,
		"tty.foreground": isOwn ? foregroundGroup(terminal) : NOT_READ,
		"tty.size": sizeOf(box, SIZES.first, SIZES.later),
		"tty.callers": terminal.callers,
	};
}

type Terminal = NonNullable<ProcessState["terminal"]>;

const controllingTerminal = ({ controlling, stdin }: Terminal) =>
	controlling === stdin?.number ? "its own" : controlling === "0:0" ? "none" : "another one";

const foregroundGroup = ({ foreground, group }: Terminal) =>
	foreground === null ? "none" : foreground === group ? "the command's group" : "another group";

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

// Only a container that has heard the hang-up says whether it had got SIGINT before.
function interrupt({ calls }: Observation, isOwn: boolean): string {
	const ending = calls[HUNG_UP]?.ending;
	const code = ending?.how === "returned" ? ending.value : undefined;
	if (code === HUNG_UP_CODES.interrupted) return isOwn ? "SIGINT from its own terminal" : NOT_READ;
	return code === HUNG_UP_CODES.uninterrupted ? "no SIGINT" : NOT_KNOWN;
}

function hangUp({ calls }: Observation, isOwn: boolean): string {
	const ending = calls[HUNG_UP]?.ending;
	if (ending === undefined) return NOT_READ;
	if (ending.how !== "returned") return howItEnded(ending);
	const codes: unknown[] = Object.values(HUNG_UP_CODES);
	if (!codes.includes(ending.value)) return "not by SIGHUP";
	return isOwn ? "by SIGHUP from its own terminal" : NOT_READ;
}

/** The containers that run after those with a terminal and standard input, and the moments at which they are read. */
const LATER = [
	[PLAIN, NO_INPUT],
	[MUTE, NO_INPUT],
	[TYPED, TYPED],
] as const;

/**
 * The first of the later containers whose command the check did not see; an empty list if it saw all of them. If an
 * earlier container has kept the run from going on, the later ones made no mistake: then the value is {@link NOT_READ}.
 */
function notSeen(observation: Observation): FactValue {
	const missing = LATER.filter(([call, moment]) => commandAt(observation, moment, call) === null).map(([call]) => call);
	// Two of them are read at one moment. If the second one never gets there, the first one is not read either.
	const first = missing.find((call) => observation.givenUp.includes(`call ${call}`)) ?? missing[0];
	if (first === undefined) return [];
	const earlier = [BOX, HUNG_UP].every((call) => observation.calls[call]?.ending.how === "returned");
	return earlier && failed(observation) !== "did not end" ? [first] : NOT_READ;
}

// What became of the container that could not be made. The next container runs only after the driver has waited for it.
function failed(observation: Observation): string {
	if (commandAt(observation, TYPED, TYPED) !== null) return "ended";
	const wait = observation.calls[TYPED]?.ledger.find(({ task, call }) => task === "1" && call === "waitpid");
	return wait !== undefined && wait.result === undefined && wait.error === undefined ? "did not end" : NOT_READ;
}

function settings({ measured }: Observation): string {
	const [during, after] = [settingsDuring(BOX), settingsAfter(BOX)].map((name) => measured[name]);
	if (during === undefined || (during === "raw" && after === undefined)) return NOT_READ;
	return `${during} meanwhile, ${after ?? NOT_READ} afterwards`;
}

function changedSettings({ measured }: Observation): FactValue {
	const read = [MUTE, TYPED].map((call) => ({ call, now: measured[settingsDuring(call)] }));
	const changed = read.filter(({ now }) => now !== undefined && now !== "as before");
	if (changed.length === 0 && read.some(({ now }) => now === undefined)) return NOT_READ;
	return changed.map(({ call, now }) => `${call}: ${now}`);
}

/** What became of a command's read from its standard input. */
export const WAITS = "it still waits";
export const FINDS_END = "it finds the end";

function endOf({ files }: ProcessState): string {
	const read = files[END_FILE]?.text.trim();
	return read === undefined ? WAITS : read === "1" ? FINDS_END : "it gets something";
}

// Three different files, and none of them a terminal.
function separate({ descriptors, openPlaces }: ProcessState): string {
	const terminals = STREAMS.filter((fd) => /^\/dev\/(pts|tty)|^\/\d+$/.test(descriptors[fd] ?? ""));
	if (terminals.length > 0) return `a terminal: ${terminals.join(", ")}`;
	const places = new Set(STREAMS.map((fd) => JSON.stringify(openPlaces[fd] ?? fd)));
	return places.size === STREAMS.length ? "three" : "not three";
}
