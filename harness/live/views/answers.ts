import type { KernelState, ShellName } from "../events.ts";
import { beforeLastChange, type ShellState, withoutGaps } from "./changes.ts";
import type { Past, Picture } from "./past.ts";
import { counted, listed, SHELL_NAMES, sentence, theShell, theUserOf } from "./phrases.ts";

/** One question, and the kernel's answer for each of the two shells at the same moment. */
export interface Answer {
	question: string;
	/** A command that prints the answer. */
	command: string;
	host: string;
	container: string;
	/** Both shells have an answer, and the two are different. */
	differs: boolean;
	/** The shells whose answer has just changed. */
	changed: ShellName[];
}

export interface AnswersPicture extends Picture {
	/** The process that gets what is typed into each shell, such as `sh, pid 1 (host: 102)`. */
	processes: Record<ShellName, string>;
	/** What to call the shells, or the containers that their users are in. */
	names: Record<ShellName, string>;
	answers: Answer[];
	/** The question that the sentence on the latest change begins with, and the shell whose answer it is; null for none. */
	changedFirst: { question: string; shell: ShellName } | null;
}

/** Kinds of namespace, in the order of the lessons. */
const KINDS = ["uts", "ipc", "mnt", "pid", "cgroup", "net", "user", "time"];
/** Shown instead of an answer while there is no shell. */
const NO_ANSWER = "–";
/** A sentence tells at most this many changes of one shell. */
const CHANGES_MAX = 2;
/**
 * How important changes are: of another user, most of all, because what a process may do depends on its user; then those
 * of what the process is kept apart from.
 */
const WEIGHTS = { usual: 0, isolation: 1, user: 2 } as const;

const NO_CHANGE = { latestChange: "", changedFirst: null };

type Host = KernelState["host"];

interface Question {
	question: string;
	command: string;
	answer(shell: ShellState, host: Host): string;
	/** The part of the answer whose changes count; the whole answer if not given. */
	compared?(shell: ShellState, host: Host): string;
	/** How important a change of the answer is. The most important changes are told, and the most important one first. */
	weight(shell: ShellState, previous: ShellState): number;
	/** The new answer as the end of a sentence: "the container's shell …". */
	changeText(shell: ShellState, host: Host, previous: ShellState): string;
}

const QUESTIONS: Question[] = [
	{
		question: "hostname",
		command: "hostname",
		answer: ({ hostname }) => hostname,
		weight: () => WEIGHTS.isolation,
		changeText: ({ hostname, namespaces }, host) =>
			`has ${namespaces["uts"] === host.namespaces["uts"] ? "the hostname" : "a hostname of its own:"} ${hostname}`,
	},
	{
		question: "processes",
		command: "ps",
		answer: (shell, host) =>
			({
				none: "no /proc",
				host: `all ${host.tasks.length} of the host`,
				own: `${shell.procPids?.length ?? 0}, its own`,
			})[whoseProc(shell, host)],
		// A change of the number alone is ignored: each command adds a process while it runs.
		compared: whoseProc,
		weight: () => WEIGHTS.isolation,
		changeText: (shell, host) =>
			({
				none: "sees no process, because it has no /proc",
				host: "sees all processes of the host",
				own: "sees only its own processes",
			})[whoseProc(shell, host)],
	},
	{
		question: "user",
		command: "id",
		answer: userOf,
		weight: (shell, previous) => (uidOf(shell) === uidOf(previous) ? WEIGHTS.usual : WEIGHTS.user),
		changeText: (shell, host) => `is ${userOf(shell, host).replace(",", " with")}`,
	},
	{
		question: "mounts",
		command: "findmnt",
		answer: ({ mounts }) => (mounts.length === 0 ? "none in its root" : `${mounts.length}, / is ${rootOf(mounts)}`),
		weight: (shell, previous) => (rootOf(shell.mounts) === rootOf(previous.mounts) ? WEIGHTS.usual : WEIGHTS.isolation),
		changeText: ({ mounts }, _, previous) => {
			if (mounts.length === 0) return "sees no mount, because its root is not a mount point";
			const root = rootOf(mounts) === rootOf(previous.mounts) ? "" : `${rootOf(mounts)} on /`;
			if (mounts.length === previous.mounts.length) return `sees ${root}`;
			return `sees ${counted(mounts.length, "mount")} instead of ${previous.mounts.length}${root === "" ? "" : `, with ${root}`}`;
		},
	},
	{
		question: "addresses",
		command: "ip address",
		answer: (shell) => listed(addressesOf(shell)) || "none",
		weight: () => WEIGHTS.usual,
		changeText: (shell) => addressesText(addressesOf(shell)),
	},
	{
		question: "namespaces",
		command: "lsns",
		answer: (shell, host) => {
			const own = ownKinds(shell, host);
			return own.length === 0 ? "the host's" : `own ${listed(own)}`;
		},
		weight: () => WEIGHTS.usual,
		changeText: (shell, host, previous) => {
			const left = ownKinds(previous, host).filter((kind) => !ownKinds(shell, host).includes(kind));
			const own = ownKinds(shell, host).filter((kind) => !ownKinds(previous, host).includes(kind));
			if (own.length > 0) return `is in ${own.length === 1 ? "a namespace" : "namespaces"} of its own: ${listed(own)}`;
			return `is back in the host's ${left.length === 1 ? "namespace" : "namespaces"}: ${listed(left)}`;
		},
	},
];

/** Answers the lessons' questions from what the kernel showed. */
export function answersOf(past: Past): AnswersPicture {
	const seen = withoutGaps(past);
	const view = seen.at(-1)?.view ?? past.at(-1)?.view;
	if (view === undefined)
		return {
			processes: { host: NO_ANSWER, container: NO_ANSWER },
			names: { host: theShell("host"), container: theShell("container") },
			answers: [],
			latestChange: "",
			changedFirst: null,
		};
	const before = beforeLastChange(seen, allComparedAnswers);
	const changedShells = (question: Question) =>
		before === null
			? []
			: SHELL_NAMES.filter(
					(name) => comparedAnswer(question, view)(name) !== comparedAnswer(question, before.view)(name),
				);
	const answers = QUESTIONS.map((question) => {
		const [host = NO_ANSWER, container = NO_ANSWER] = SHELL_NAMES.map((name) => {
			const shell = view.shells[name];
			return shell ? question.answer(shell, view.host) : NO_ANSWER;
		});
		const differs = host !== container && host !== NO_ANSWER && container !== NO_ANSWER;
		return {
			question: question.question,
			command: question.command,
			host,
			container,
			differs,
			changed: changedShells(question),
		};
	});
	const [host = NO_ANSWER, container = NO_ANSWER] = SHELL_NAMES.map((name) => processOf(view.shells[name]));
	return {
		processes: { host, container },
		names: { host: nameOf("host", view), container: nameOf("container", view) },
		answers,
		...(before === null ? NO_CHANGE : latestChangeOf(view, before.view, changedShells)),
	};
}

const allComparedAnswers = (view: KernelState) =>
	QUESTIONS.map((question) => SHELL_NAMES.map(comparedAnswer(question, view)));

/** Returns a function from a shell to the part of its answer whose changes count. */
function comparedAnswer({ compared, answer }: Question, view: KernelState): (name: ShellName) => string {
	return (name) => {
		const shell = view.shells[name];
		return shell ? (compared ?? answer)(shell, view.host) : NO_ANSWER;
	};
}

function latestChangeOf(
	view: KernelState,
	before: KernelState,
	changedShells: (question: Question) => ShellName[],
): Pick<AnswersPicture, "latestChange" | "changedFirst"> {
	const changes = SHELL_NAMES.flatMap((name) => {
		const [shell, previous] = [view.shells[name], before.shells[name]];
		if (!shell || !previous) return [];
		const news = QUESTIONS.filter((question) => changedShells(question).includes(name))
			.map((question) => ({
				question: question.question,
				weight: question.weight(shell, previous),
				text: question.changeText(shell, view.host, previous),
			}))
			.toSorted((one, other) => other.weight - one.weight);
		const [first] = news;
		if (first === undefined) return [];
		return [{ name, first, texts: news.slice(0, CHANGES_MAX).map(({ text }) => text) }];
	});
	const ordered = changes.toSorted((one, other) => other.first.weight - one.first.weight);
	const [most, other] = ordered;
	if (most === undefined) return NO_CHANGE;
	const changedFirst = { question: most.first.question, shell: most.name };
	if (most.texts.join() === other?.texts.join())
		return { latestChange: sentence(`each shell ${most.texts.join(", and it ")}`), changedFirst };
	const sentences = ordered.map(({ name, texts }, index) => {
		// What happens to the other shell is mostly a consequence.
		const told = index === 0 ? texts : texts.slice(0, 1);
		return sentence(`${nameOf(name, view)} ${told.join(", and it ")}`);
	});
	return { latestChange: sentences.join(" "), changedFirst };
}

function nameOf(name: ShellName, { shells, host }: KernelState): string {
	const shell = shells[name];
	return theUserOf(name, shell != null && shell.namespaces["mnt"] !== host.namespaces["mnt"]);
}

function processOf(shell: ShellState | null | undefined): string {
	if (!shell) return NO_ANSWER;
	const name = shell.arguments[0]?.replace(/^.*\//, "") ?? "?";
	const [outer, ...inner] = shell.nsPids;
	return inner.length === 0 ? `${name}, pid ${outer}` : `${name}, pid ${inner.at(-1)} (host: ${outer})`;
}

// A /proc of another PID namespace has other pids, few of which are pids of the host. So a /proc that has most of the
// host's pids is the host's.
function whoseProc({ procPids }: ShellState, { tasks }: Host): "none" | "host" | "own" {
	if (procPids === null) return "none";
	return tasks.filter(({ pid }) => procPids.includes(pid)).length > tasks.length / 2 ? "host" : "own";
}

const uidOf = ({ credentials }: Pick<ShellState, "credentials">) => credentials.uids[1] ?? "?";

// A process's capabilities apply to what its user namespace owns. See user_namespaces(7).
function userOf({ credentials, namespaces }: ShellState, host: Host): string {
	const held = [...BigInt(`0x${credentials.capabilities || "0"}`).toString(2)].filter((bit) => bit === "1").length;
	const scope = held > 0 && namespaces["user"] !== host.namespaces["user"] ? ", only inside" : "";
	return `uid ${uidOf({ credentials })}, ${held === 0 ? "no capabilities" : counted(held, "capability", "capabilities")}${scope}`;
}

function rootOf(mounts: ShellState["mounts"]): string {
	const root = mounts.findLast(({ mountPoint }) => mountPoint === "/");
	return `${root?.fstype ?? "no mount"}${root === undefined || root.root === "/" ? "" : ` ${root.root}`}`;
}

function addressesOf({ links }: ShellState): string[] {
	return links.flatMap(({ addresses }) => addresses).filter((address) => !address.includes(":"));
}

function addressesText(addresses: readonly string[]): string {
	if (addresses.length === 0) return "has no address";
	return `has the ${addresses.length === 1 ? "address" : "addresses"} ${listed(addresses)}`;
}

/** The kinds of namespace in which the shell differs from the host. */
function ownKinds({ namespaces }: ShellState, host: Host): string[] {
	return KINDS.filter((kind) => namespaces[kind] !== host.namespaces[kind]);
}
