import {
	BOX,
	commandAt,
	DURING,
	type Explanation,
	type FactValue,
	howItEnded,
	type Observation,
	type ProcessState,
	type RandomInputs,
	taskIdentity,
} from "../../harness/judge/index.ts";
import { AFTER, CGROUPS, ESCAPED, EXEC, HOG, HOST_DIRECTORY, LAST, OUTSIDE } from "./scenario.ts";

/** The kinds of namespaces that a container of this engine has of its own, besides its PID namespace. */
const KINDS = ["mnt", "net", "uts", "ipc", "cgroup"];

/** Values that explanations ask for. */
export const OWN = "the container's";
export const KILLED = "killed by the container's limit";
export const REACHED = "in a directory of the host";
export const REPLACED = "in another directory of the container";
/**
 * Both are right: the engine refuses the directory; or it reads the link, uses the link's text as a path, and gets the
 * container's directory of the same name.
 */
const NOT_OUTSIDE = `nowhere, or in the container's ${HOST_DIRECTORY}`;
export const OUTLIVED = "the command outlived the container";

/** The container's own command, and the command that has entered, at the moment when both run. */
export const bothCommands = (observation: Observation) => ({
	own: commandAt(observation, DURING),
	entered: commandAt(observation, DURING, EXEC),
});

/**
 * The facts of this lesson. Most are missing if the container's own command, or the one that has entered, was not
 * running at the moment of {@link bothCommands}.
 */
export function deriveFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const facts: Record<string, FactValue> = {
		hog: hog(observation),
		"workdir.outside": workdirOutside(observation),
		container: container(observation),
		"exec.end": endWithContainer(observation),
	};
	const { own, entered } = bothCommands(observation);
	if (own === null || entered === null) return facts;
	return {
		...facts,
		"exec.pid": pidNamespace(observation, own, entered),
		"exec.namespaces": KINDS.filter((kind) => entered.namespaces[kind] !== own.namespaces[kind]),
		"exec.root": isSame(entered.rootPlace, own.rootPlace) ? OWN : "another directory",
		"exec.workdir": entered.cwd === drawn["place"] ? "the one that was asked for" : entered.cwd,
		"exec.cgroup": `${entered.cgroup}/`.startsWith(`${own.cgroup}/`) ? OWN : entered.cgroup,
		"exec.descriptors": strangeDescriptors(entered),
		zombies: zombies(observation),
	};
}

/**
 * Explains why it is not known what became of a command that starts in `/`.
 * @param call the call's name
 */
export function unknownCommand(call: string): Explanation {
	return {
		when: ({ facts }) => String(facts[call === LAST ? "exec.end" : call]).startsWith("unknown"),
		diagnosis: "command-unknown",
		why: ({ observation }) => {
			const ending = observation.calls[call]?.ending;
			const end = ending?.how === "threw" ? `threw: ${ending.thrown.message}` : howItEnded(ending);
			return `What would have become of this command is not known: the engine ${end}. This call asks for no directory, so the command should run in /, the container's root.`;
		},
		try: "Enter a container without a working directory, in npx drydock shell 13: box exec ID true.",
		see: [],
	};
}

const isSame = (one: unknown, other: unknown) => one !== null && JSON.stringify(one) === JSON.stringify(other);

function pidNamespace({ before }: Observation, own: ProcessState, entered: ProcessState): string {
	const namespace = entered.namespaces["pid"];
	if (namespace === own.namespaces["pid"]) return OWN;
	return namespace === before.namespaces["pid"] ? "the host's" : "another one";
}

// The check's calls have pipes as their standard streams.
function strangeDescriptors({ descriptors }: ProcessState): string[] {
	return Object.entries(descriptors)
		.filter(([fd, file]) => Number(fd) > 2 || !file.startsWith("pipe:"))
		.map(([fd, file]) => `${fd}: ${file.replace(/\[\d+\]/, "")}`);
}

function zombies({ before, moments }: Observation): number {
	const known = new Set(before.tasks.map(taskIdentity));
	const now = moments[DURING]?.host.tasks ?? [];
	// Zombies whose parent is the host's init are left out: init will soon reap them.
	return now.filter((task) => task.state === "Z" && task.ppid !== 1 && !known.has(taskIdentity(task))).length;
}

// For each cgroup, the kernel counts the processes that it has killed for memory. If the cgroup of the container's
// command has no memory controller, a cgroup above it has the count. So this looks at all cgroups from the command's up
// to the container's own.
function hog(observation: Observation): string {
	const ending = observation.calls[HOG]?.ending;
	const own = commandAt(observation, AFTER, BOX)?.cgroup.replace(/^.*?::/, "");
	const limits = Object.entries(observation.moments[AFTER]?.host.limits ?? {});
	const theContainers = limits.filter(([path]) => path !== CGROUPS && `${own}/`.startsWith(`${path}/`));
	if (theContainers.some(([, files]) => /^oom_kill [1-9]/m.test(files["memory.events.local"] ?? ""))) return KILLED;
	return ending?.how === "returned" && ending.value === 0
		? "got more memory than the limit"
		: "unknown: it did not run";
}

function workdirOutside(observation: Observation): string {
	const ending = observation.calls[OUTSIDE]?.ending;
	const command = commandAt(observation, ESCAPED, OUTSIDE);
	if (command?.cwdInsideRoot) return command.cwd === HOST_DIRECTORY ? NOT_OUTSIDE : REPLACED;
	if (command !== null) return REACHED;
	return ending?.how === "threw" || ending?.how === "returned" ? NOT_OUTSIDE : `unknown: it ${howItEnded(ending)}`;
}

function container(observation: Observation): string {
	const ending = observation.calls[BOX]?.ending;
	if (commandAt(observation, AFTER, BOX) === null) return "ended before it was told to";
	return ending?.how === "returned" && ending.value === 0
		? "ran on, and ended when it was told to"
		: howItEnded(ending);
}

// The check gives the last command no line to read, so this command does not end by itself. If it ends in time, it was
// killed together with the container.
function endWithContainer({ calls, givenUp, moments }: Observation): string {
	const ending = calls[LAST]?.ending;
	if (moments[AFTER]?.commands[LAST] === null) return "unknown: it did not run";
	if (ending?.how !== "returned") return `unknown: it ${howItEnded(ending)}`;
	if (givenUp.includes(`await ${LAST}`)) return OUTLIVED;
	return ending.value === 137 ? "killed with the container: 137" : `exit code ${JSON.stringify(ending.value)}`;
}
