import { expect, test } from "vitest";
import { terminalsOf } from "../../../../harness/live/views/terminals.ts";
import { terminalsInWords } from "../../../../harness/live/views/terminals-in-words.ts";
import { plainView } from "../../../support/recorded-demos.ts";
import { withChangedView } from "../../../support/recorded-views.ts";
import { terminalsSeen } from "../../../support/seen-terminals.ts";

const moments = await terminalsSeen();
const pictureAt = (wanted: string) => terminalsOf(moments.find(({ name }) => name === wanted)?.past ?? []);

test("each change as a sentence", () => {
	expect(moments.map(({ past }) => terminalsOf(past).latestChange)).toEqual([
		"Group 650 (sleep) is in the background of the terminal of the container's shell: no key and no Ctrl-C is for it.",
		"There is a new terminal, /dev/pts/0, in a /dev/pts of the container's own; box on the host has its master, and sh leads its session.",
		"Another session's sleep has the terminal of the container's shell open: what it writes appears there.",
		"The container's terminal /dev/pts/0 is gone; the terminal of the host's shell is as it was before.",
		"Group 650 (sleep) is in the foreground of the terminal of the container's shell now: keys and Ctrl-C are for it.",
		"The terminal of the host's shell collects a line before a program gets it now.",
		"The terminal of the host's shell has 24 rows and 100 columns now.",
	]);
});

test("the terminal of a container is below the one whose session has its master", () => {
	const { terminals } = pictureAt("a container with a terminal");
	expect(terminals.map(({ file, isHosts, shell, mode, parent }) => [file, isHosts, shell, mode, parent])).toEqual([
		["/dev/pts/0", true, "host", "raw", null],
		["/dev/pts/0", false, null, "line by line", "0:30 136:0"],
		["/dev/pts/1", true, "container", "key by key", null],
	]);
});

test("in words", () => {
	expect(terminalsInWords(pictureAt("a stranger"))).toEqual([
		"/dev/pts/0 of the host, the terminal of the host's shell: 24 rows, 80 columns, raw: it passes on every key, and Ctrl-C, too",
		"  master: outside of the machine, where this window is",
		"  session: led by bash (88)",
		"    group 700, in the foreground: box",
		"    group 88: bash",
		"/dev/pts/0 of a container: 24 rows, 80 columns, line by line: it collects a line before a program gets it",
		"  master: box (700)",
		"  session: led by sh (702, 2 in the container)",
		"    group 702, in the foreground: sh",
		"    group 703: sleep",
		"/dev/pts/1 of the host, the terminal of the container's shell: 24 rows, 80 columns, key by key: it passes on every key; Ctrl-C is still a signal",
		"  master: outside of the machine, where this window is",
		"  session: led by bash (87)",
		"    group 87, in the foreground: bash",
		"    group 650: sleep",
		"  also open in other sessions: sleep (703, 3 in the container)",
		"Another session's sleep has the terminal of the container's shell open: what it writes appears there.",
	]);
});

test("the small process of an engine that restores its caller's terminal is no foreign user; another one is", () => {
	const [{ past } = { past: [] }] = moments.filter(({ name }) => name === "a container with a terminal");
	const withProcess = (ppid: number, nsPids: number[]) =>
		withChangedView(past, ({ host }) => {
			host.tasks.push({ pid: 704, startTicks: 7_040, ppid, comm: "sh", state: "S", nsPids });
			const engine = host.terminals?.users.find(({ pid }) => pid === 700);
			const open = engine?.open.filter(({ end }) => end === "slave") ?? [];
			host.terminals?.users.push({ pid: 704, session: 704, group: 704, foreground: -1, controlling: "0:0", open });
		});
	const foreign = (seen: typeof past) => terminalsOf(seen).terminals.flatMap(({ foreignUsers }) => foreignUsers);
	expect(foreign(withProcess(700, [704]))).toEqual([]);
	expect(terminalsOf(withProcess(700, [704])).latestChange).toMatch(/^There is a new terminal/);
	// Inside of the container, or started by somebody else.
	expect(foreign(withProcess(700, [704, 4])).map(({ pid }) => pid)).toEqual([704]);
	expect(foreign(withProcess(1, [704])).map(({ pid }) => pid)).toEqual([704]);
});

test("an older recording has no terminals", () => {
	expect(terminalsOf([{ atMs: 0, view: plainView }])).toEqual({ terminals: [], latestChange: "", changedKey: null });
});
