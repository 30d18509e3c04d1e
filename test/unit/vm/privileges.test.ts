import { afterAll, beforeEach, expect, test } from "vitest";
import { privilegesIn } from "../../../harness/vm/privileges.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const EVERYBODY = "         0          0 4294967295\n";
const ALL = "000001ffffffffff";
// The capabilities of a Docker container: CHOWN, SETUID, SETGID and SETPCAP, but neither SYS_ADMIN nor NET_ADMIN.
const DOCKER = "00000000a80425fb";
const USER = 59_733;

async function proc(values: { capEff?: string; uidMap?: string; gidMap?: string; setgroups?: string } = {}) {
	const { capEff = ALL, uidMap = EVERYBODY, gidMap = uidMap, setgroups = "allow\n" } = values;
	await files.write("status", `Name:\tnode\nCapPrm:\t${ALL}\nCapEff:\t${capEff}\nCapBnd:\t${ALL}\n`);
	await files.write("uid_map", uidMap);
	await files.write("gid_map", gidMap);
	await files.write("setgroups", setgroups);
	return privilegesIn(files.dir);
}
beforeEach(() => proc());

test.each([
	["root may change to any user", {}, true],
	["so may root in a container of Docker's", { capEff: DOCKER }, true],
	["root without capabilities may not", { capEff: "0000000000000000" }, false],
	["nor without CAP_CHOWN alone", { capEff: "000001fffffffffe" }, false],
	["nor where only root is mapped", { uidMap: "         0       1000          1\n", setgroups: "deny\n" }, false],
	["nor where only users are", { gidMap: "         0       1000          1\n" }, false],
	["nor where groups cannot be set", { setgroups: "deny\n" }, false],
	["a second range counts", { uidMap: "         0       1000          1\n         1     100000      65536\n" }, true],
	["up to its end", { uidMap: "         0       1000          1\n         1     100000      59732\n" }, false],
])("%s", async (_, values, expected) => {
	expect((await proc(values)).mayChangeTo(USER)).toBe(expected);
});

test("the bounding set can be emptied with CAP_SETPCAP", async () => {
	expect((await proc()).mayDropBounding).toBe(true);
	expect((await proc({ capEff: "0000000000000000" })).mayDropBounding).toBe(false);
});

test("without /proc, nothing counts as allowed", () => {
	const { mayChangeTo, mayDropBounding } = privilegesIn("/nowhere");
	expect([mayChangeTo(USER), mayDropBounding]).toEqual([false, false]);
});
