import { expect, test } from "vitest";
import { deriveFacts } from "../../../lessons/06-cgroups/facts.ts";
import { hostState, observation, processState } from "../../support/observation.ts";

const DRAWN = { id: "web", second: "db", refusedPids: "no", memoryMaxBytes: "4096", pidsMax: "9" };
const LIMITED = { "memory.max": "4096", "memory.swap.max": "0", "pids.max": "9", "cpu.max": "55000 100000" };
const CALM = { "memory.events.local": "oom_kill 0", "pids.events.local": "max 0", "cpu.stat": "nr_throttled 1" };
const BUSY = { "memory.events.local": "oom_kill 1", "pids.events.local": "max 3", "cpu.stat": "nr_throttled 4" };

/**
 * The facts of a command in this cgroup.
 * @param during the cgroups' files while the command waits
 * @param limitsReached the same after it has asked for more
 */
function facts(cgroup: string, during: Record<string, object>, limitsReached: Record<string, object>, later = cgroup) {
	const moment = (limits: object, where: string) => ({
		host: hostState({ limits: limits as Record<string, Record<string, string>> }),
		commands: { box: processState({ cgroup: `0::${where}` }) },
	});
	const moments = { during: moment(during, cgroup), limitsReached: moment(limitsReached, later) };
	return deriveFacts(observation({ moments }), DRAWN);
}

const EXPECTED = {
	...{ "command.cgroup": "0::/box/web", "limit.memory": "4096", "limit.swap": "0", "limit.pids": "9" },
	...{ "limit.cpus": "0.55", "effect.memory": "killed", "effect.pids": "refused", "effect.cpus": "throttled" },
};

test("limits in the command's own cgroup count", () => {
	const [during, limitsReached] = [{ "/box/web": { ...LIMITED, ...CALM } }, { "/box/web": { ...LIMITED, ...BUSY } }];
	expect(facts("/box/web", during, limitsReached)).toMatchObject(EXPECTED);
});

test("limits above the command's cgroup count as well, and so do those below the container's", () => {
	const above = { "/box/web": { ...LIMITED, ...CALM }, "/box/web/leaf": {} };
	expect(facts("/box/web/leaf", above, { ...above, "/box/web": { ...LIMITED, ...BUSY } })).toMatchObject(EXPECTED);
	const below = { "/box/web": {}, "/box/web/leaf": { ...LIMITED, ...CALM } };
	expect(facts("/box/web/leaf", below, { "/box/web/leaf": { ...LIMITED, ...BUSY } })).toMatchObject(EXPECTED);
});

test("of several limits, the smallest counts; max and a missing file are no limits", () => {
	const during = { "/box/web": { "pids.max": "9", "memory.max": "max" }, "/box/web/leaf": { "pids.max": "12" } };
	const derived = facts("/box/web/leaf", during, during);
	expect(derived).toMatchObject({ "limit.pids": "9", "limit.memory": "max", "limit.cpus": "max" });
});

test("a limit of another container, or of a cgroup whose name only begins the same, does not count", () => {
	const during = { "/box/web": {}, "/box/db": LIMITED, "/box/web2": LIMITED };
	expect(facts("/box/web", during, during)).toMatchObject({ "limit.memory": "max" });
});

test("what the kernel counted while the command waited is no effect", () => {
	const same = { "/box/web": { ...LIMITED, ...BUSY } };
	const derived = facts("/box/web", same, same);
	expect(derived).toMatchObject({ "effect.memory": "not killed", "effect.pids": "never refused" });
});

test("the fact names the later cgroup of a command that is moved out", () => {
	const same = { "/box/web": LIMITED };
	expect(facts("/box/web", same, same, "/")["command.cgroup"]).toBe("0::/box/web, and later 0::/");
});

test("the fact shows that a limit held only while the command waited", () => {
	const during = { "/box/web": { ...LIMITED, ...CALM } };
	const derived = facts("/box/web", during, { "/box/web": { ...BUSY, "pids.max": "max" } });
	expect(derived).toMatchObject({ "limit.memory": "4096, and later max", "limit.cpus": "0.55, and later max" });
});

test("a limit that was lifted and put back shows in the peak values", () => {
	const during = { "/box/web": { ...LIMITED, ...CALM } };
	const peaks = { "memory.peak": "4096", "memory.swap.peak": String(16 << 20), "pids.peak": "10" };
	const derived = facts("/box/web", during, { "/box/web": { ...LIMITED, ...BUSY, ...peaks } });
	expect(derived).toMatchObject({
		"effect.memory": "got more than the limit",
		"effect.pids": "got more than the limit",
	});
});

test("limits reached in a cgroup beside the command's are no effect", () => {
	const during = { "/box/web": LIMITED, "/box/web/leaf": CALM, "/box/web/decoy": CALM };
	const derived = facts("/box/web/leaf", during, { ...during, "/box/web/decoy": BUSY });
	expect(derived).toMatchObject({ "effect.memory": "not killed", "effect.cpus": "never throttled" });
});
