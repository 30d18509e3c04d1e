import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";

const KINDS = ["pid", "mnt", "net", "uts", "ipc", "user", "cgroup", "layer", "host", "container"];
/** WCAG 2.2, 1.4.3, level AA. */
const CONTRAST_MIN = 4.5;

const rules = readFileSync(inKit("harness/live/page/styles/tokens.css"), "utf8").split("}");
const tokensOf = (rule: string) => [...rule.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name, value]);

/** The value of a token in a theme. */
function token(name: string, theme: "light" | "dark"): string {
	const inTheme = rules.filter((rule) => rule.includes(`"${theme}"`) || /:root \{/.test(rule)).flatMap(tokensOf);
	const value: string = Object.fromEntries(inTheme)[name] ?? "";
	const other = /^var\(--(.+)\)$/.exec(value)?.[1];
	return other === undefined ? value : token(other, theme);
}

function luminance(color: string): number {
	if (!/^#[0-9a-f]{6}$/.test(color)) throw new Error(`not a colour: ${color}`);
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
	const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
	return (light + 0.05) / (dark + 0.05);
}

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
	test.each([...KINDS, "text", "muted-text", "changed", "bad", "good"])("%s can be read on every ground", (name) => {
		for (const ground of ["background", "panel", "raised", "shell"])
			expect(contrast(token(name, theme), token(ground, theme)), ground).toBeGreaterThanOrEqual(CONTRAST_MIN);
	});

	test.each(KINDS)("text on the paint of %s can be read", (kind) => {
		expect(contrast(token("on-paint", theme), token(`${kind}-paint`, theme))).toBeGreaterThanOrEqual(CONTRAST_MIN);
	});

	test("no two kinds have the same colour", () => {
		expect(new Set(KINDS.map((kind) => token(kind, theme))).size).toBe(KINDS.length);
	});
});
