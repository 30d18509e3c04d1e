// Takes the agent's port from it and sends the report of a run that passes. It does not know the run's nonce.
// diagnosis: protocol
import { readdirSync } from "node:fs";
import { frame, takePort } from "../support.ts";

export function isolate(_hostname: string): void {
	const send = takePort();
	const host = {
		hostname: "harbour",
		namespaces: {},
		mounts: [],
		tasks: [],
		queues: [],
		cgroups: [],
		links: [],
		root: readdirSync("/"),
		oomKills: 0,
		trees: {},
		network: null,
	};
	const box = { ending: { how: "returned", value: 0 }, atThrow: null, ledger: [] };
	const observation = {
		before: host,
		moments: {},
		after: host,
		containers: { box },
		programs: {},
		answers: {},
		signals: {},
		outputBytes: { stdout: 0, stderr: 0 },
		givenUp: [],
		stageMs: {},
	};
	for (const nonce of ["", "undefined", "0".repeat(32)]) send(frame({ type: "report", nonce, observation }));
	for (;;);
}
