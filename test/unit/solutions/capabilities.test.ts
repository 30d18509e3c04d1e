import { expect, test } from "vitest";
import { capabilityName } from "../../../harness/readings/capability-names.ts";
import { CAP_MKNOD, CAP_NET_RAW, CAP_SYS_CHROOT, CAPABILITY_NAMES } from "../../../native/capabilities.ts";
import { chooseCapabilities, DEFAULT_CAPABILITIES } from "../../../solutions/given/capabilities.ts";
import { readSecurityOptions } from "../../../solutions/given/security.ts";

const ALL = [...CAPABILITY_NAMES.keys()];
const sorted = (set: readonly number[]) => set.toSorted((a, b) => a - b);
const chosen = (add: string[], drop: string[] = [], privileged = false) =>
	chooseCapabilities({ add, drop, privileged });

test("the harness has the same names as the system calls", () => {
	expect(ALL.map(capabilityName)).toEqual([...CAPABILITY_NAMES]);
});

test("without options, the bounding set is the default, and nothing is ambient", () => {
	expect(chosen([])).toEqual({ bounding: sorted(DEFAULT_CAPABILITIES), ambient: [] });
});

test("a name may be in small letters, and without CAP_; what is added is ambient", () => {
	for (const word of ["NET_RAW", "CAP_NET_RAW", "net_raw", "cap_net_raw"])
		expect(chosen([word])).toEqual({
			bounding: sorted([...DEFAULT_CAPABILITIES, CAP_NET_RAW]),
			ambient: [CAP_NET_RAW],
		});
	expect(chosen([], ["sys_chroot"]).bounding).not.toContain(CAP_SYS_CHROOT);
});

test("ALL stands for all of them; what is named beside it counts", () => {
	expect(chosen([], ["ALL"])).toEqual({ bounding: [], ambient: [] });
	expect(chosen(["MKNOD"], ["all"])).toEqual({ bounding: [CAP_MKNOD], ambient: [CAP_MKNOD] });
	const rest = ALL.filter((number) => number !== CAP_MKNOD);
	expect(chosen(["ALL"], ["MKNOD"])).toEqual({ bounding: rest, ambient: rest });
});

test("--privileged is for root: another user's command keeps what --cap-add names", () => {
	expect(chosen([], [], true)).toEqual({ bounding: ALL, ambient: [] });
	expect(chosen(["MKNOD"], ["CHOWN"], true)).toEqual({ bounding: ALL, ambient: [CAP_MKNOD] });
});

test("a word that names no capability, or one that is added and dropped, is refused", () => {
	expect(() => chosen(["NET"])).toThrow("--cap-add NET: there is no such capability");
	expect(() => chosen([], ["CAP_CAP_CHOWN"])).toThrow("--cap-drop CAP_CAP_CHOWN");
	expect(() => chosen(["net_raw"], ["CAP_NET_RAW"])).toThrow("--cap-drop names it, too");
});

test("--security-opt knows no-new-privileges; the last value counts", () => {
	const of = (...values: string[]) => readSecurityOptions(values).noNewPrivileges;
	expect(of()).toBe(false);
	for (const word of ["no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"])
		expect(of(word)).toBe(true);
	expect(of("no-new-privileges", "no-new-privileges:false")).toBe(false);
	expect(() => of("no-new-privs")).toThrow("--security-opt no-new-privs");
});
