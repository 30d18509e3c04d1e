import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../../harness/engine/engine-at.ts";
import { BOX, commandAt, DURING } from "../../../harness/judge/check.ts";
import type { Call, Preparation } from "../../../harness/protocol/index.ts";
import { deriveFacts } from "../../../lessons/13-exec/facts.ts";
import { EXEC } from "../../../lessons/13-exec/scenario.ts";
import { machines, RUNTIMES } from "./machines.ts";

// For lesson 13: what enters a container by runc, crun and nsenter, read by the same probe.

const TOKENS = { [BOX]: "drydock-own", [EXEC]: "drydock-entered" };
const WORKDIR = "/bin";
const waiting = (token: string, code: number): [string, ...string[]] =>
	[...["/bin/sh", "-c", `echo "$0"; read -r _; exit ${code}`, token]] as [string, ...string[]];
const OWN = waiting(TOKENS[BOX], 7);
const ENTERED = waiting(TOKENS[EXEC], 9);

/** The config of an OCI bundle. See the OCI runtime specification, config.md. */
const CONFIG = {
	ociVersion: "1.0.2",
	process: { terminal: false, user: { uid: 0, gid: 0 }, args: OWN, env: ["PATH=/bin"], cwd: "/" },
	root: { path: "/lab/rootfs" },
	hostname: "web-1",
	mounts: [{ destination: "/proc", type: "proc", source: "proc" }],
	linux: { namespaces: ["pid", "network", "ipc", "uts", "mount", "cgroup"].map((type) => ({ type })) },
};
/** What enters. In a file, because the process of which an argument is the token counts as the command. */
const PROCESS = { ...CONFIG.process, args: ENTERED, cwd: WORKDIR };
/** What nsenter starts. In a file, because nsenter stays as the command's parent: its own arguments have no token. */
const SCRIPT = "/entered.sh";
const PREPARE: Preparation[] = [
	{ do: "write", path: `/lab/rootfs${SCRIPT}`, text: `exec /bin/sh -c '${ENTERED[2]}' ${TOKENS[EXEC]}` },
	{ do: "write", path: "/lab/bundle/config.json", text: JSON.stringify(CONFIG) },
	{ do: "write", path: "/lab/process.json", text: JSON.stringify(PROCESS) },
];

/** Executes a program in a child, and returns its exit code. */
const PROGRAM = `const k = require("#kernel"); exports.run = ({ command, of }) => {
	// The pid of the container's command: the process with that argument that has a pid in a second namespace.
	const { readdirSync, readFileSync } = require("node:fs");
	const inside = (pid) => /^NSpid:.*\\t.*\\t/m.test(readFileSync("/proc/" + pid + "/status", "utf8"));
	const isIt = (pid) => {
		try {
			return readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0").includes(of) && inside(pid);
		} catch {
			return false;
		}
	};
	const target = of && readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).find(isIt);
	const words = command.map((word) => word.replace("PID", target));
	const pid = k.fork();
	if (pid === 0) k.execve(words[0], words);
	return k.WEXITSTATUS(k.waitpid(pid).status);
};`;

/** Runs a container, enters it, and returns what lesson 13 says about the command that has entered. */
async function entered(code: string, own: object, other: object) {
	const call = (name: keyof typeof TOKENS, options: object): Call => ({
		...{ export: "run", args: [options], token: TOKENS[name] ?? "" },
	});
	const { outcome, output } = await machines.play({
		...{ prepare: PREPARE, code, readings: {} },
		calls: { [BOX]: call(BOX, own), [EXEC]: call(EXEC, other) },
		steps: [
			{ do: "call", call: BOX },
			{ do: "call", call: EXEC },
			{ do: "look", as: DURING },
			{ do: "feed", call: EXEC, last: true },
			{ do: "feed", call: BOX, last: true },
		],
	});
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how}`);
	const { observation } = outcome;
	const command = commandAt(observation, DURING, EXEC);
	if (command === null)
		throw new Error(`it never ran: ${JSON.stringify(observation.calls)}\n${Buffer.concat(output.stderr)}`);
	const facts = Object.entries(deriveFacts(observation, { workdir: WORKDIR, place: WORKDIR }));
	const endings = [BOX, EXEC].map((name) => observation.calls[name]?.ending);
	return {
		facts: Object.fromEntries(facts.filter(([name]) => name.startsWith("exec.") && name !== "exec.end")),
		endings: endings.map((ending) => (ending?.how === "returned" ? ending.value : ending?.how)),
		// In how many PID namespaces the command has a pid.
		depth: command.nsPids.length,
	};
}

describe("what enters a container of box", () => {
	let ours: Awaited<ReturnType<typeof entered>>;
	beforeAll(async () => {
		const { code } = await bundle(WHOLE_ENGINE, new Map());
		const container = { layers: ["/lab/rootfs"], init: true, limits: {}, address: "10.88.0.2", devices: [] };
		ours = await entered(
			code,
			{ ...container, id: "0a1b2c3d", command: OWN, hostname: "web-1", nameservers: [] },
			{ enters: "0a1b2c3d", command: ENTERED, workdir: WORKDIR },
		);
	});

	test("is in all of its namespaces, in its root and in its cgroup", () => {
		expect(ours).toEqual({
			facts: {
				"exec.pid": "the container's",
				"exec.namespaces": [],
				"exec.root": "the container's",
				"exec.workdir": "the one that was asked for",
				"exec.cgroup": "the container's",
				"exec.descriptors": [],
			},
			endings: [7, 9],
			depth: 2,
		});
	});

	test.concurrent.each(RUNTIMES)("is where a command of `%s exec` is in a container of theirs", async (...runtime) => {
		const theirs = await entered(
			PROGRAM,
			{ command: [...runtime, "run", "--bundle", "/lab/bundle", "oracle"] },
			{ command: [...runtime, "exec", "--process", "/lab/process.json", "oracle"] },
		);
		expect(theirs).toEqual(ours);
	});

	test("is where nsenter puts a command, which leaves it in its own cgroup", async () => {
		const theirs = await entered(
			PROGRAM,
			{ command: ["/usr/bin/crun", "run", "--bundle", "/lab/bundle", "oracle"] },
			{
				of: TOKENS[BOX],
				command: ["/usr/bin/nsenter", "--target", "PID", "--all", `--wdns=${WORKDIR}`, "/bin/sh", SCRIPT],
			},
		);
		expect(theirs).toEqual({ ...ours, facts: { ...ours.facts, "exec.cgroup": "0::/" } });
	});
});
