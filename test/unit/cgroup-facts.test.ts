import { expect, test } from "vitest";
import { derive } from "../../lessons/06-cgroups/facts.ts";
import { hostState, observation, processState } from "../support/observation.ts";

const DRAWN = { id: "web", second: "db", refused: "no", memoryMaxBytes: "4096", pidsMax: "9" };
const LIMITED = { "memory.max": "4096", "memory.swap.max": "0", "pids.max": "9", "cpu.max": "55000 100000" };
const CALM = { "memory.events.local": "oom_kill 0", "pids.events.local": "max 0", "cpu.stat": "nr_throttled 1" };
const BUSY = { "memory.events.local": "oom_kill 1", "pids.events.local": "max 3", "cpu.stat": "nr_throttled 4" };

/**
 * The facts of a command in this cgroup.
 * @param during the cgroups' files while the command waits
 * @param spent the same after it has asked for more
 */
function facts(cgroup: string, during: Record<string, object>, spent: Record<string, object>, later = cgroup) {
	const moment = (limits: object, where: string) => ({
		host: hostState({ limits: limits as Record<string, Record<string, string>> }),
		commands: { box: processState({ cgroup: `0::${where}` }) },
	});
	const moments = { during: moment(during, cgroup), spent: moment(spent, later) };
	return derive(observation({ moments }), DRAWN);
}

const EXPECTED = {
	...{ "command.cgroup": "0::/box/web", "limit.memory": "4096", "limit.swap": "0", "limit.pids": "9" },
	...{ "limit.cpus": "0.55", "effect.memory": "killed", "effect.pids": "refused", "effect.cpus": "throttled" },
};

test("limits in the command's own cgroup count", () => {
	const [during, spent] = [{ "/box/web": { ...LIMITED, ...CALM } }, { "/box/web": { ...LIMITED, ...BUSY } }];
	expect(facts("/box/web", during, spent)).toMatchObject(EXPECTED);
});

test("limits above the command's cgroup count as well, and so do those below the container's", () => {
	const above = { "/box/web": { ...LIMITED, ...CALM }, "/box/web/leaf": {} };
	expect(facts("/box/web/leaf", above, { ...above, "/box/web": { ...LIMITED, ...BUSY } })).toMatchObject(EXPECTED);
	const below = { "/box/web": {}, "/box/web/leaf": { ...LIMITED, ...CALM } };
	expect(facts("/box/web/leaf", below, { "/box/web/leaf": { ...LIMITED, ...BUSY } })).toMatchObject(EXPECTED);
});

test("of several limits, the smallest counts; max, and a file that is not there, are none", () => {
	const during = { "/box/web": { "pids.max": "9", "memory.max": "max" }, "/box/web/leaf": { "pids.max": "12" } };
	const derived = facts("/box/web/leaf", during, during);
	expect(derived).toMatchObject({ "limit.pids": "9", "limit.memory": "max", "limit.cpus": "max" });
});

test("a limit of another container's, or of a cgroup with the same beginning, is none of this one's", () => {
	const during = { "/box/web": {}, "/box/db": LIMITED, "/box/web2": LIMITED };
	expect(facts("/box/web", during, during)).toMatchObject({ "limit.memory": "max" });
});

test("what was counted before the command was let go is no effect", () => {
	const same = { "/box/web": { ...LIMITED, ...BUSY } };
	const derived = facts("/box/web", same, same);
	expect(derived).toMatchObject({ "effect.memory": "not killed", "effect.pids": "never refused" });
});

test("a command that is moved out later is told", () => {
	const same = { "/box/web": LIMITED };
	expect(facts("/box/web", same, same, "/")["command.cgroup"]).toBe("0::/box/web, and later 0::/");
});

test("a limit that stood only while the command waited is told", () => {
	const during = { "/box/web": { ...LIMITED, ...CALM } };
	const derived = facts("/box/web", during, { "/box/web": { ...BUSY, "pids.max": "max" } });
	expect(derived).toMatchObject({ "limit.memory": "4096, and later max", "limit.cpus": "0.55, and later max" });
});

test("a limit that was lifted and put back is told by the most that there ever was", () => {
	const during = { "/box/web": { ...LIMITED, ...CALM } };
	const peaks = { "memory.peak": "4096", "memory.swap.peak": String(16 << 20), "pids.peak": "10" };
	const derived = facts("/box/web", during, { "/box/web": { ...LIMITED, ...BUSY, ...peaks } });
	expect(derived).toMatchObject({ "effect.memory": "had more than it may", "effect.pids": "had more than it may" });
});

test("what somebody ran into in a cgroup beside the command's is no effect", () => {
	const during = { "/box/web": LIMITED, "/box/web/leaf": CALM, "/box/web/decoy": CALM };
	const derived = facts("/box/web/leaf", during, { ...during, "/box/web/decoy": BUSY });
	expect(derived).toMatchObject({ "effect.memory": "not killed", "effect.cpus": "never throttled" });
});
