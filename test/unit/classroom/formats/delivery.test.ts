import { expect, test } from "vitest";
import { parseDeliveryOptions, visibilityWarning } from "../../../../harness/classroom/formats/delivery.ts";
import { FORMATS } from "../../../../harness/classroom/formats/formats.ts";
import { reportOn } from "../../../support/class-report.ts";

const warning = async (format: string | undefined, visibility: "visible" | "hidden", out?: string) => {
	const options = { ...(format !== undefined && { format }), ...(out !== undefined && { out }) };
	const report = reportOn({ alice: ["pass", "fail"] }, { visibility });
	return visibilityWarning(report, await parseDeliveryOptions(options, 1));
};

test("if results are to be hidden, each format warns that does not hide them", async () => {
	const silent = Object.keys(FORMATS).map(async (name) => [name, (await warning(name, "hidden")) === null] as const);
	expect((await Promise.all(silent)).filter(([, isSilent]) => isSilent).map(([name]) => name)).toEqual([
		...["json", "gradescope"],
	]);
	expect(await warning("html", "hidden")).toContain("hidden");
});

test("there is no warning if everybody may see the results, or if only the teacher does", async () => {
	expect(await warning("html", "visible")).toBeNull();
	expect(await warning(undefined, "hidden")).toBeNull();
});
