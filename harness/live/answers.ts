import type { Answers } from "./events.ts";

/** One question, and what the kernel answers the host and the container at the same moment. */
export interface Answer {
	question: string;
	host: string;
	container: string;
	/** The two are not the same. */
	differs: boolean;
	/** It was another answer before. */
	changed: boolean;
}

/** Kinds of namespace, in the order of the lessons. */
const KINDS = ["uts", "ipc", "mnt", "pid", "cgroup", "net", "user"];

/**
 * Asks the kernel's view the questions of the lessons.
 * @param before the view that it is compared with
 */
export function answersOf(view: Answers, before: Answers | null): Answer[] {
	const old = new Map(before === null ? [] : asked(before).map((answer) => [answer.question, answer]));
	return asked(view).map((answer) => {
		const was = old.get(answer.question);
		return {
			...answer,
			changed: was !== undefined && (was.host !== answer.host || was.container !== answer.container),
		};
	});
}

function asked({ host, shells }: Answers): Omit<Answer, "changed">[] {
	const both = (question: string, read: (shell: ShellState) => string) => {
		const [ofHost, ofContainer] = [shells["host"], shells["container"]].map((shell) => (shell ? read(shell) : "–"));
		return { question, host: ofHost ?? "–", container: ofContainer ?? "–", differs: ofHost !== ofContainer };
	};
	const { host: mine, container } = both("process", processOf);
	const nested = [shells["host"], shells["container"]].some((shell) => (shell?.nsPids.length ?? 1) > 1);
	return [
		both("hostname", ({ hostname }) => hostname),
		both("namespaces", ({ namespaces }) => cells(namespaces, host.namespaces)),
		// Two shells are two processes: that is no difference. Two numbers for one of them are.
		{ question: "process", host: mine, container, differs: nested },
		both("/proc has", seen),
		both("mounts", mountsOf),
		both("addresses", addresses),
	];
}

type ShellState = NonNullable<Answers["shells"][string]>;

// The kinds that it has of its own.
function cells(namespaces: Record<string, string>, host: Record<string, string>): string {
	const own = KINDS.filter((kind) => namespaces[kind] !== host[kind]);
	return own.length === 0 ? "the host's" : `own ${own.join(" ")}`;
}

function processOf({ arguments: words, nsPids }: ShellState): string {
	const name = words[0]?.replace(/^.*\//, "") ?? "?";
	const [outer, ...inner] = nsPids;
	return inner.length === 0 ? `${name}, pid ${outer}` : `${name}, pid ${inner.at(-1)}; for the host ${outer}`;
}

function seen({ procPids }: ShellState): string {
	if (procPids === null) return "nothing";
	return `${procPids.length} ${procPids.length === 1 ? "process" : "processes"}`;
}

function mountsOf({ mounts }: ShellState): string {
	const root = mounts.findLast(({ mountPoint }) => mountPoint === "/");
	return `${mounts.length}, / is ${root?.fstype ?? "?"}${root === undefined || root.root === "/" ? "" : ` ${root.root}`}`;
}

function addresses({ links }: ShellState): string {
	const all = links.flatMap(({ addresses }) => addresses).filter((address) => !address.includes(":"));
	return all.length === 0 ? "none" : all.join(" ");
}
