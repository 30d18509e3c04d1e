import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { HostState, ProcessState, SUBJECTS } from "../../../harness/readings/index.ts";
import { INSPECTIONS } from "../../../harness/readings/inspection.ts";

const NAMES = Object.keys(SUBJECTS);
const fileOf = (name: string) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;

test.each(NAMES)("%s has a file for its schema, and one for how the guest reads it", (name) => {
	expect(readdirSync(inKit("harness/readings"))).toContain(fileOf(name));
	expect(readdirSync(inKit("harness/readings/guest"))).toContain(fileOf(name));
});

test("`drydock inspect` shows every subject that has rows", async () => {
	const modules: object[] = await Promise.all(NAMES.map((name) => import(inKit("harness/readings", fileOf(name)))));
	const inspections = modules.flatMap((module) =>
		Object.entries(module).flatMap(([name, value]) => (name.endsWith("Inspection") ? [value] : [])),
	);
	expect(new Set(INSPECTIONS)).toEqual(new Set(inspections));
});

test.each(["host", "process"] as const)("each field of a %s's state belongs to one subject", (part) => {
	const fields = Object.values(SUBJECTS).flatMap((subject) => Object.keys(subject[part]));
	expect(fields).toEqual([...new Set(fields)]);
	const state = part === "host" ? HostState : ProcessState;
	expect(Object.keys(state.entries).sort()).toEqual(fields.sort());
});
