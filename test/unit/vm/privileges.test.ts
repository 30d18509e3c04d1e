import { afterAll, beforeEach, expect, test } from "vitest";
import { privilegesIn } from "../../../harness/vm/computer/privileges.ts";
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
	["root with all capabilities", {}, true],
	["root in a Docker container", { capEff: DOCKER }, true],
	["root without capabilities", { capEff: "0000000000000000" }, false],
	["root without CAP_CHOWN", { capEff: "000001fffffffffe" }, false],
	[
		"root in a user namespace that maps only root",
		{ uidMap: "         0       1000          1\n", setgroups: "deny\n" },
		false,
	],
	[
		"root in a user namespace that maps all users, but only the group 0",
		{ gidMap: "         0       1000          1\n" },
		false,
	],
	["root in a user namespace that denies setgroups", { setgroups: "deny\n" }, false],
	[
		"root in a user namespace whose second range contains the user",
		{ uidMap: "         0       1000          1\n         1     100000      65536\n" },
		true,
	],
	[
		"root in a user namespace whose second range ends before the user",
		{ uidMap: "         0       1000          1\n         1     100000      59732\n" },
		false,
	],
])("%s: whether it may change to another user", async (_, values, expected) => {
	expect((await proc(values)).mayChangeTo(USER)).toBe(expected);
});

test("root may empty the bounding set only with CAP_SETPCAP", async () => {
	expect((await proc()).mayDropBounding).toBe(true);
	expect((await proc({ capEff: "0000000000000000" })).mayDropBounding).toBe(false);
});

test("without /proc, nothing is allowed", () => {
	const { mayChangeTo, mayDropBounding } = privilegesIn("/nowhere");
	expect([mayChangeTo(USER), mayDropBounding]).toEqual([false, false]);
});
