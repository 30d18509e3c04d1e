import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { part } from "../part.ts";
import { CGROUP } from "../places.ts";
import { unlessGone } from "../unless-gone.ts";
import { type Cgroup, createCgroup, type Limits } from "./cgroup.ts";
import options from "./options.json";

/** Limits what a container may use. */
part<{ limits: Limits }, Cgroup>({
	when: "limits",
	options,
	readOptions: (given) => {
		const [[memory], [pids], [cpus]] = [given("memory"), given("pids"), given("cpus")];
		return {
			limits: {
				...(memory === undefined ? {} : { memoryMaxBytes: bytes(memory) }),
				...(pids === undefined ? {} : { pidsMax: count(pids) }),
				...(cpus === undefined ? {} : { cpus: processors(cpus) }),
			},
		};
	},
	make: ({ id, limits }) => createCgroup(pathOf(id), limits),
	enter: (_, cgroup) => cgroup?.join(),
	remove: (cgroup) => cgroup.remove(),
	removeRemains: (id) => {
		const path = pathOf(id);
		if (!existsSync(path)) return;
		writeFileSync(`${path}/cgroup.kill`, "1");
		while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) pause();
		for (const each of cgroupsIn(path).toReversed()) rmdirSync(each);
	},
	processes: (id) => {
		const path = pathOf(id);
		if (!existsSync(path)) return null;
		return cgroupsIn(path).flatMap(pidsIn);
	},
});

const pathOf = (id: string) => `${CGROUP}/${id}`;

function bytes(text: string): number {
	const [, amount, unit = ""] = /^([1-9]\d*)([KMG]?)$/i.exec(text) ?? [];
	if (amount === undefined) throw new Error(`--memory ${text}: a number is expected, such as 64M`);
	return Number(amount) * 1024 ** " KMG".indexOf(unit.toUpperCase() || " ");
}

function count(text: string): number {
	if (!/^[1-9]\d*$/.test(text)) throw new Error(`--pids ${text}: a number greater than 0 is expected`);
	return Number(text);
}

// The kernel accepts no quota below 1 ms, and a period has 100 ms: see sched-bwc.rst.
function processors(text: string): number {
	if (!/^\d*(\.\d+)?$/.test(text) || Number(text) < 0.01)
		throw new Error(`--cpus ${text}: a number of at least 0.01 is expected`);
	return Number(text);
}

// Lists each cgroup before those below it. A module may have made cgroups below the container's own.
function cgroupsIn(path: string): string[] {
	return [path, ...directoriesIn(path).flatMap((name) => cgroupsIn(`${path}/${name}`))];
}

function directoriesIn(path: string): string[] {
	const entries = unlessGone(() => readdirSync(path, { withFileTypes: true }), []);
	return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function pidsIn(path: string): number[] {
	const pids = unlessGone(() => readFileSync(`${path}/cgroup.procs`, "utf8"), "");
	return pids.split("\n").filter(Boolean).map(Number);
}

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
