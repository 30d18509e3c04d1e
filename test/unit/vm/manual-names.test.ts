import { describe, expect, test } from "vitest";
import { withoutOverstrike } from "../../../harness/cli/text/overstrike.ts";
import { findPages, nearestPages } from "../../../harness/vm/image/manual-names.ts";

const PAGES = [
	...["PR_SET_PDEATHSIG.2const", "chroot.2", "chroot.8", "ip-link.8", "ld.so.8", "mount.2", "mount.8"],
	...["namespaces.7", "pivot_root.2", "pivot_root.8", "printf.1", "printf.3", "unshare.1", "unshare.2"],
];

describe("findPages", () => {
	test.each([
		["pivot_root.2", ["pivot_root.2"]],
		["pivot_root(2)", ["pivot_root.2"]],
		["2 pivot_root", ["pivot_root.2"]],
		["pivot_root 2", ["pivot_root.2"]],
		["pivot_root", ["pivot_root.2", "pivot_root.8"]],
		["unshare", ["unshare.2", "unshare.1"]],
		["printf", ["printf.1", "printf.3"]],
		["ld.so", ["ld.so.8"]],
		["ld.so.8", ["ld.so.8"]],
		["PR_SET_PDEATHSIG(2const)", ["PR_SET_PDEATHSIG.2const"]],
		["PR_SET_PDEATHSIG.2", ["PR_SET_PDEATHSIG.2const"]],
		["pivot_root.5", []],
		["pivotroot", []],
		["", []],
	])("%j is %j", (words, pages) => {
		expect(findPages(words.split(" "), PAGES)).toEqual(pages);
	});
});

describe("nearestPages", () => {
	test.each([
		["pivotroot", ["pivot_root.2", "pivot_root.8"]],
		["unshar.2", ["unshare.2", "unshare.1"]],
		["ip_link", ["ip-link.8"]],
		["pivot_root.5", ["pivot_root.2", "pivot_root.8"]],
		["mnt", ["mount.2", "mount.8"]],
		["xyzzy", []],
	])("of %j are %j", (words, pages) => {
		expect(nearestPages(words.split(" "), PAGES)).toEqual(pages);
	});
});

describe("withoutOverstrike", () => {
	const struck = "a b\bbo\bol\bld\bd _\bu_\bn_\bd _\bx\bx _\b_ \u00fc\b\u00fc";

	test("leaves plain letters", () => {
		expect(withoutOverstrike(`${struck}\nplain_text`, false)).toBe("a bold und x _ \u00fc\nplain_text");
	});

	test("makes struck letters bold or underlined for a terminal, with as few escapes as possible", () => {
		expect(withoutOverstrike("a b\bbo\bo _\bu_\bn", true)).toBe("a \u001b[1mbo\u001b[22m \u001b[4mun\u001b[24m");
	});
});
