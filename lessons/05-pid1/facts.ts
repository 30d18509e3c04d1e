import { constants } from "node:os";
import {
	BOX,
	commandAt,
	DURING,
	type FactValue,
	hasEnded,
	howItEnded,
	mountOf,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { type Delivery, readDelivery, readLastLine } from "./measured.ts";
import {
	AFTERWARDS,
	EXITS,
	KILLED,
	lastLineExitCode,
	lastLineSignal,
	ORPHANS,
	ORPHANS_CODE,
	signalsFor,
	WAITING,
} from "./scenario.ts";

type Task = ProcessState["tasks"][number];

/** One of the two containers that run after the first one. */
export type LaterContainer = typeof EXITS | typeof KILLED;
const LATER_CONTAINERS: readonly LaterContainer[] = [EXITS, KILLED];

/** Values of facts that explanations ask for. A value that begins with "unknown" could not be measured. */
export const CONTAINER_ENDED = "unknown: the container had already ended";
export const TOO_FEW_PROCESSES = "unknown: too few processes";
export const COMMAND_ENDED = "the command ended before it could take them";
export const NO_LAST_LINE = "before it got its last line of input";
export const KILLED_BY_CHECK = "not at all: the check killed it";
export const ORPHANS_CODE_RETURNED = `with ${ORPHANS_CODE}: the exit code of an orphan`;

/** Whether a signal was sent to the container's init, and the container still ran when the check stopped waiting. */
export const stillRunning = ({ signals }: Observation, container = BOX) => signals[container] === "ignored";

/** Whether pid 1 of a PID namespace below the host's runs after all containers have ended. */
export const leavesInit = ({ observation: { after } }: { observation: Observation }): boolean =>
	after.tasks.some((task) => task.nsPids.length > 1 && task.nsPids.at(-1) === 1 && !hasEnded(task));

/** Whether a refused call with this error code ended the container. */
export function endedByError({ calls }: Observation, container: string, code: string): boolean {
	const ending = calls[container]?.ending;
	return ending?.how === "threw" && ending.thrown.syscall?.code === code;
}

/**
 * Whether pid 1 of a later container had ended when the check read which signals had arrived. Also true if the command
 * did not run when the check wanted to send signals.
 */
export const initEndedEarly = (observation: Observation): boolean =>
	LATER_CONTAINERS.some((name) => readDelivery(observation, name)?.init === false);

/** Signals that arrived at one of the two commands although nobody had sent them to its init. */
export function unexpectedSignals(observation: Observation, drawn: RandomInputs): string[] {
	return LATER_CONTAINERS.flatMap((name) =>
		signalsTo(observation, name).filter((signal) => !isIn(signalsFor(drawn)[name], signal)),
	);
}

/** Signals that arrived at processes that the commands had started. SIGKILL stands for a process that has ended. */
export function signalsToOthers(observation: Observation): string[] {
	const others = LATER_CONTAINERS.flatMap((name) => readDelivery(observation, name)?.others ?? []);
	return others.flatMap(({ pending, state }) => (state === "Z" || pending === "" ? ["SIGKILL"] : signalsIn(pending)));
}

/** The facts that only this lesson has. */
export function deriveFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const during = observation.moments[DURING];
	const process = commandAt(observation, DURING);
	const facts: Record<string, FactValue> = {
		"orphans.zombies": countZombies(observation),
		"told.init": LATER_CONTAINERS.filter((name) => hasNoInit(readDelivery(observation, name))).map(
			(name) => `the one whose command ${name === EXITS ? "exits" : "a signal ends"}`,
		),
		"signals.lost": lostSignals(observation, drawn),
		"signals.strayed": misdirectedSignals(observation, drawn),
		"exit.code": howContainerEnded(observation, EXITS, lastLineExitCode(drawn), "with the command's exit code"),
		"exit.signal": howContainerEnded(
			observation,
			KILLED,
			128 + lastLineSignal(drawn),
			"with 128 + the signal that ended the command",
		),
	};
	if (during === undefined || process === null) return facts;
	return {
		...facts,
		init: process.nsPids.at(-1) === 1 ? "the command itself" : "another process",
		"command.proc": whatProcShows(during.host.tasks, process),
	};
}

// If the container's command never ran, other facts report that.
const hasNoInit = (delivery: Delivery | undefined) =>
	delivery !== undefined && delivery.command !== null && !delivery.ownInit;

// The tasks in the command's PID namespace. That namespace is the deepest one, so no other task has as many numbers.
const tasksInNamespaceOf = (tasks: readonly Task[], { nsPids }: ProcessState) =>
	tasks.filter((task) => task.nsPids.length >= nsPids.length);

// Counts zombies in the command's PID namespace only: the exercise need not reap others.
function countZombies(observation: Observation): FactValue {
	const afterwards = observation.moments[AFTERWARDS];
	const command = commandAt(observation, AFTERWARDS);
	if (afterwards === undefined || command === null) return CONTAINER_ENDED;
	const waiting = tasksInNamespaceOf(observation.moments[WAITING]?.host.tasks ?? [], command).length;
	if (waiting < ORPHANS) return `${TOO_FEW_PROCESSES} (${waiting} for ${ORPHANS} orphans)`;
	return tasksInNamespaceOf(afterwards.host.tasks, command).filter(({ state }) => state === "Z").length;
}

function whatProcShows(tasks: readonly Task[], process: ProcessState): string {
	const { mounts, procPids } = process;
	if (mountOf(mounts, "/proc")?.fstype !== "proc")
		return procPids === null ? "none: nothing is mounted there" : "none, but files of another file system";
	const depth = process.nsPids.length - 1;
	const inside = tasksInNamespaceOf(tasks, process).flatMap((task) => task.nsPids[depth] ?? []);
	const same = JSON.stringify((procPids ?? []).toSorted()) === JSON.stringify(inside.toSorted());
	return same ? "the container's" : "processes other than the container's";
}

// The signals that were sent to init and did not arrive at the command.
function lostSignals(observation: Observation, drawn: RandomInputs): FactValue {
	const deliveries = LATER_CONTAINERS.map((name) => readDelivery(observation, name));
	if (deliveries.some((delivery) => delivery === undefined)) return "unknown: the check could not send them";
	if (deliveries.some((delivery) => delivery?.command === null)) return COMMAND_ENDED;
	return LATER_CONTAINERS.flatMap((name) =>
		signalsFor(drawn)[name].filter((signal) => !isIn(signalsTo(observation, name), signal)),
	);
}

// The signals that arrived at the wrong process. SIGCHLD can only be judged if an orphan has ended.
function misdirectedSignals(observation: Observation, drawn: RandomInputs): FactValue {
	const deliveries = LATER_CONTAINERS.map((name) => readDelivery(observation, name));
	if (deliveries.some((delivery) => delivery === undefined)) return "unknown: the check could not send any";
	if (deliveries.some((delivery) => delivery?.command === null)) return COMMAND_ENDED;
	if (deliveries.some((delivery) => delivery?.others.length === 0))
		return "unknown: the command's child had already ended";
	if (deliveries.some((delivery) => delivery?.orphan === "none")) return "unknown: the orphan had already ended";
	const command = unexpectedSignals(observation, drawn).map((signal) => `${signal}, to the command`);
	const others = signalsToOthers(observation).map((signal) => `${signal}, to the command's child`);
	return [...new Set([...command, ...others])];
}

const isIn = (signals: readonly string[], signal: string) => signals.includes(signal);

function signalsTo(observation: Observation, name: LaterContainer): string[] {
	return signalsIn(readDelivery(observation, name)?.command ?? "0");
}

// Bit n-1 for signal n. See proc_pid_status(5).
function signalsIn(mask: string): string[] {
	return Object.entries(constants.signals)
		.filter(([name, number]) => !ALIASES.has(name) && (BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n)
		.map(([name]) => name);
}

// Second names of SIGABRT and SIGIO.
const ALIASES = new Set(["SIGIOT", "SIGPOLL"]);

// The drawn exit code differs in every run. So the fact says whether the code was passed on, and not its number.
function howContainerEnded(
	observation: Observation,
	container: LaterContainer,
	expected: number,
	rightEnding: string,
): string {
	const ending = observation.calls[container]?.ending;
	const lastLine = readLastLine(observation, container);
	if (ending?.how === "threw") return `with the exception ${ending.thrown.message}`;
	if (lastLine === undefined) return "unknown: the check could not write the last line";
	if (!lastLine.ended) return NO_LAST_LINE;
	if (!lastLine.over) return KILLED_BY_CHECK;
	if (ending?.how !== "returned") return howItEnded(ending);
	if (lastLine.orphans !== 1) return `unknown: ${lastLine.orphans} orphans, not 1, were to end with the command`;
	if (ending.value === ORPHANS_CODE) return ORPHANS_CODE_RETURNED;
	return ending.value === expected ? rightEnding : `with the exit code ${JSON.stringify(ending.value)}`;
}
