import { describe, expect, test } from "vitest";
import { lessons, loadCheck } from "../../../harness/judge/lessons.ts";
import {
	citationIn,
	citationsInText,
	explanationsOf,
	missingPlaces,
	nothingFound,
	thingsNamedIn,
} from "../../support/citations.ts";

const PAGE = `umount(2)                     System Calls Manual                     umount(2)

NAME
     umount, umount2 - unmount filesystem

ERRORS
     EBUSY   target could not be unmounted because it is busy.

     MNT_DETACH (since Linux 2.4.11)
`;
const explanation = { diagnosis: "busy", see: ["umount2(2)"] };

describe("citations of manual pages", () => {
	test("an entry of see names a page, headings and terms", () => {
		expect(citationIn("rename(2), ERRORS, EXDEV")).toEqual({ page: "rename(2)", places: ["ERRORS", "EXDEV"] });
		expect(citationIn("readelf(1), --notes --dynamic")?.places).toEqual(["--notes", "--dynamic"]);
		expect(citationIn("umask(2)")?.places).toEqual([]);
		expect(citationIn("OCI image specification, layer.md")).toBeUndefined();
	});

	test("a text names headings after a page, also in a table and across lines", () => {
		const text =
			'- `mount(2)`, "Creating a\n  bind mount", and `chroot(2)`, DESCRIPTION: one sentence\n- `fork(2)`, then more';
		const table = "| a | b |\n| - | - |\n| x | `veth(4)`, NOTES |\n| y | z |";
		expect(citationsInText(text)).toEqual([
			{ page: "mount(2)", places: ["Creating a bind mount"] },
			{ page: "chroot(2)", places: ["DESCRIPTION"] },
		]);
		expect(citationsInText(table)).toEqual([{ page: "veth(4)", places: ["NOTES"] }]);
	});

	test("a place must begin a line of the page, as whole words", () => {
		expect(missingPlaces(["ERRORS", "EBUSY", "MNT_DETACH"], PAGE)).toEqual([]);
		expect(missingPlaces(["NOTES", "EBUS", "busy"], PAGE)).toEqual(["NOTES", "EBUS", "busy"]);
	});

	test("an explanation names flags and settings, also in a function and in what to try", () => {
		const named = {
			...explanation,
			why: () => `CLONE_NEWNET at ${String(PAGE)}`,
			try: "Write 1 to /proc/sys/net/ipv4/ip_forward.",
		};
		expect(thingsNamedIn(named)).toEqual(["CLONE_NEWNET", "ip_forward"]);
	});

	test("one of the named things must be on one of the cited pages", () => {
		const helpful = { ...explanation, why: "MNT_DETACH or MS_MOVE", try: "" };
		expect(nothingFound(helpful, () => PAGE)).toBeNull();
		expect(nothingFound({ ...helpful, why: "MS_MOVE" }, () => PAGE)).toBe("MS_MOVE is on none of umount2(2)");
		expect(nothingFound({ ...helpful, why: "busy" }, () => PAGE)).toBeNull();
	});

	test("a citation of a document that the image does not have says that it is online, and where a lesson sums it up", async () => {
		const checks = await Promise.all((await lessons()).map(loadCheck));
		const cited = new Set(checks.flatMap(explanationsOf).flatMap(({ see }) => see));
		const elsewhere = [...cited].filter((see) => citationIn(see) === undefined);
		expect(elsewhere.length).toBeGreaterThan(10);
		expect(elsewhere.filter((see) => !/online; in short: \w+ in lesson \d\d\)/.test(see))).toEqual([]);
	});
});
