import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boxProgram, installBox } from "../../harness/engine/engine.ts";
import { newMachinePool, runInGuest } from "../support/guest.ts";
import { drawn, SEED } from "../support/plan.ts";
import { type Kill, playKills } from "./callers-terminal/kill.ts";

// However `box run -it` ends, its caller's terminal has the settings and the foreground that it had before, and no
// process of box or of the container is left. Each kill comes at a random moment. `npm test` draws some of them.

const machines = newMachinePool();
const program = await boxProgram(new Map());
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

/** Processes of box, from the one that the caller waits for down to the container's command. */
const WHO = ["box", "shim", "engine", "serve", "outer", "init", "command"] as const;
const SIGNALS = ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"] as const;

type Untimed = Omit<Kill, "moment" | "jobControl">;
/** 28 kills of one process, and 22 others. */
const KILLS: Untimed[] = [
	...SIGNALS.flatMap((signal) => WHO.map((who) => ({ signal, whom: [who] }))),
	// All processes of box: by their process group, or one after the other.
	...repeated(4, { signal: "SIGKILL", whom: "group" }),
	...repeated(3, { signal: "SIGKILL", whom: ["box", "shim", "engine", "serve"] }),
	...repeated(2, { signal: "SIGKILL", whom: ["serve", "engine", "shim", "box"] }),
	...repeated(2, { signal: "SIGKILL", whom: ["box", "shim"] }),
	// While box cleans up after a command that has ended.
	...WHO.slice(0, 4).map((who): Untimed => ({ signal: "SIGKILL", whom: [who], ending: true })),
	...repeated(3, { whom: "nobody" }),
	...repeated(2, { whom: "Ctrl-C" }),
	...repeated(2, { whom: "hang-up" }),
];
/** So many of them are played in one machine, one after the other. */
const IN_ONE_MACHINE = 10;

function repeated(times: number, kill: Untimed): Untimed[] {
	return Array.from({ length: times }, () => kill);
}

const nameOf = ({ signal, whom, ending }: Untimed, index: number) =>
	`${index + 1}: ${signal === undefined ? "" : `${signal} for `}${[whom].flat().join(", ")}${ending ? " at the end" : ""}`;

// The same seed draws the same moments.
const fraction = (what: string) => createHash("sha256").update(`${SEED} ${what}`).digest().readUInt32BE() / 2 ** 32;
const named = new Map(
	KILLS.map((kill, index) => {
		const name = nameOf(kill, index);
		// A process group of box alone is the work of job control.
		const jobControl = kill.whom === "group" || fraction(`job control ${name}`) < 0.5;
		return [name, { ...kill, jobControl, moment: fraction(name) }];
	}),
);
const tried = drawn("callers-terminal", [...named.keys()], 5);
const machineLoads = Array.from({ length: Math.ceil(tried.length / IN_ONE_MACHINE) }, (_, index) => ({
	names: tried.slice(index * IN_ONE_MACHINE, (index + 1) * IN_ONE_MACHINE),
}));

test.for(machineLoads)("the caller's terminal is as before after $names", { timeout: 1_000_000 }, async ({ names }) => {
	const kills = names.map((name) => named.get(name) as Kill);
	const more = { prepare: installBox(program), deadlineMs: 900_000 };
	const { stdout } = await runInGuest(machines, playKills, kills, more);
	const results = stdout
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
	const found = names.map((name, index) => [name, results[index]?.state]);
	const wanted = kills.map(({ whom }, index) => [names[index], whom === "hang-up" ? GONE : AS_BEFORE]);
	const repeat = `to repeat it: DRYDOCK_TESTS_SEED=${SEED}\n${stdout}`;
	expect(Object.fromEntries(found), repeat).toEqual(Object.fromEntries(wanted));
});

const AS_BEFORE = { settings: "as before", foreground: "the caller", left: [] };
const GONE = { settings: "none", foreground: "none", left: [] };
