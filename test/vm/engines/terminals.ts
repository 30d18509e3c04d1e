import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../../harness/engine/bundle.ts";
import { engineAt } from "../../../harness/engine/engine-at.ts";
import { BOX, type Check, commandAt, DURING } from "../../../harness/judge/check.ts";
import { howItEnded } from "../../../harness/judge/facts.ts";
import { instrumentsOf } from "../../../harness/judge/instruments.ts";
import { findLesson, loadCheck } from "../../../harness/judge/lessons.ts";
import { drawInputs } from "../../../harness/judge/random.ts";
import { requestFor } from "../../../harness/judge/request.ts";
import type { Call, Observation, Preparation } from "../../../harness/protocol/index.ts";
import { deriveTerminals } from "../../../lessons/14-terminal/facts.ts";
import { HUNG_UP, SIZES } from "../../../lessons/14-terminal/scenario.ts";
import { machines, PROGRAM, RUNTIMES } from "./machines.ts";

// For lesson 14: runc, crun and script(1) play the beginning of the lesson's own scenario, with the same commands on the
// same terminals, and the same probe reads them. They differ in what the lesson asks for after that:
// - After a hang-up, crun waits for ever; script and runc end without the command's exit code.
// - A runtime gives a container without a terminal its own three streams. Its caller, such as podman, makes pipes of them.

const FACTS = [
	...["tty.streams", "tty.session", "tty.controlling", "tty.foreground", "tty.size", "tty.resized", "tty.callers"],
	"caller.settings",
];

const lesson = await findLesson("14-terminal");
const check = await loadCheck(lesson);

/** The lesson's check with the first two containers, which have a terminal and standard input, and without the hang-up. */
const FIRST_TWO: Check = {
	...check,
	scenario: (drawn) => {
		const { calls, steps = [], ...scenario } = check.scenario(drawn);
		const { [BOX]: resized, [HUNG_UP]: interrupted } = calls;
		const beforeHangUp = steps.slice(
			0,
			steps.findIndex(({ do: step }) => step === "hangUp"),
		);
		if (resized === undefined || interrupted === undefined) throw new Error("the scenario has other containers");
		return {
			...scenario,
			calls: { [BOX]: resized, [HUNG_UP]: interrupted },
			steps: [...beforeHangUp, { do: "stop", call: HUNG_UP }],
		};
	},
};

const bundleOf = (call: string) => `/lab/bundles/${call.replace(" ", "-")}`;

/** The config of an OCI bundle. See the OCI runtime specification, config.md. */
const configOf = (command: string[]) => ({
	ociVersion: "1.0.2",
	process: {
		...{ terminal: true, user: { uid: 0, gid: 0 }, args: command, env: ["PATH=/bin"], cwd: "/" },
		// runc asks its caller's terminal. crun takes the first size from here.
		consoleSize: { height: SIZES.first.rows, width: SIZES.first.columns },
	},
	root: { path: "/lab/rootfs" },
	mounts: [
		{ destination: "/proc", type: "proc", source: "proc" },
		{ destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"] },
		{ destination: "/dev/pts", type: "devpts", source: "devpts", options: ["newinstance", "ptmxmode=0666", "gid=5"] },
	],
	linux: { namespaces: ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type })) },
});

/** Plays the scenario, with the program that `wordsFor` names in place of the engine. */
async function play(code: string, wordsFor?: (call: string, command: string[]) => string[]): Promise<Observation> {
	const request = requestFor(FIRST_TWO, { code, map: "", files: [] }, drawInputs(check), await instrumentsOf(lesson));
	const calls = Object.entries(request.calls).map(([name, call]) => {
		const { command } = call.args[0] as { command: string[] };
		return { name, call, command };
	});
	const { outcome, output } = await machines.play({
		...request,
		prepare: calls.map(
			({ name, command }): Preparation => ({
				...{ do: "write", path: `${bundleOf(name)}/config.json`, text: JSON.stringify(configOf(command)) },
			}),
		),
		calls: Object.fromEntries(
			calls.map(({ name, call, command }): [string, Call] => [
				name,
				wordsFor === undefined ? call : { ...call, args: [{ command: wordsFor(name, command) }] },
			]),
		),
	});
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how} ${outcome.detail}`);
	const { observation } = outcome;
	if (commandAt(observation, DURING) === null)
		throw new Error(`it never ran: ${JSON.stringify(observation.calls)}\n${Buffer.concat(output.stderr)}`);
	return observation;
}

/** What the lesson says of the two containers. */
function terminalFacts(observation: Observation) {
	const facts = deriveTerminals(observation);
	return {
		...Object.fromEntries(FACTS.map((name) => [name, facts[name]])),
		ending: howItEnded(observation.calls[BOX]?.ending),
		// Among them would be the wait for what the command prints when it gets SIGINT.
		givenUp: observation.givenUp,
	};
}

/** The controlling terminal of the first container's command, and the terminal at its standard input. */
function numbersOf(observation: Observation) {
	const { controlling, stdin } = commandAt(observation, DURING)?.terminal ?? {};
	return { controlling, stdin: stdin?.number };
}

describe("the terminal of a container of box", () => {
	let ours: Observation;
	beforeAll(async () => {
		const { code } = await bundle(engineAt(lesson.id), new Map());
		ours = await play(code);
	});

	test("is its own", () => {
		expect(terminalFacts(ours)).toMatchObject({ "tty.streams": "a terminal of its own /dev/pts", givenUp: [] });
		expect(numbersOf(ours)).toEqual({ controlling: "136:0", stdin: "136:0" });
	});

	test.concurrent.each(RUNTIMES)("is like that of a container of %s", async (...runtime) => {
		const theirs = await play(PROGRAM, (call) => [
			...[...runtime, "run", "--bundle", bundleOf(call), call.replace(" ", "-")],
		]);
		expect(terminalFacts(theirs)).toEqual(terminalFacts(ours));
		expect(numbersOf(theirs)).toEqual(numbersOf(ours));
	});

	test("is like the one that script(1) makes without a container", async () => {
		const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
		const theirs = await play(PROGRAM, (_, command) => [
			...["/usr/bin/script", "--quiet", "--return", "--command", `exec ${command.map(quoted).join(" ")}`, "/dev/null"],
		]);
		expect(terminalFacts(theirs)).toEqual(terminalFacts(ours));
	});
});
