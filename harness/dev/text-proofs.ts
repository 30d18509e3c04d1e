import MarkdownIt, { type Token } from "markdown-it";
import { type Proof, proof } from "./proof.ts";

/** Proofs that only need a lesson's text. All functions are pure. */

const STEPS = ["Break it", "Words", "Do", "Check"];
const END = ["Explore", "Read"];
const PARTS = [...STEPS, ...END];
/** A long lesson has two halves, each with steps of its own, one level deeper. */
const PARTS_IN_HALVES = ["First half", ...STEPS, "Second half", ...STEPS, ...END];
const HINT_HEADINGS = ["1", "2", "3"];

/** Proves that the README has a title, a goal, and the parts of every lesson in their order. */
export function proveForm(readme: string, id: string): Proof {
	const tokens = parse(readme);
	const [title, ...rest] = headings(tokens);
	const parts = partNames(rest);
	const wanted = parts.includes("First half") ? PARTS_IN_HALVES : PARTS;
	const wrong: string[] = [];
	if (title?.level !== 1 || !new RegExp(`^${id.slice(0, 2)} · .+: .+$`).test(title.text))
		wrong.push(`begin with "# ${id.slice(0, 2)} · Title: primitive"`);
	if (!/^# .*\n\n\*\*Goal:\*\* \S/.test(readme)) wrong.push('write "**Goal:** …" in one sentence below the title');
	if (rest.some(({ level }) => level === 1)) wrong.push("use only one title");
	if (parts.join() !== wanted.join())
		wrong.push(`use the headings ${wanted.join(", ")}, in this order; it has ${parts.join(", ") || "none"}`);
	return proof("README.md has the form of a lesson", wrong);
}

// The headings that make the form: those of the second level, and in a half those of the third. Of a half's heading,
// such as "First half: programs", only "First half" is returned.
function partNames(all: readonly { level: number; text: string }[]): string[] {
	const half = /^(First|Second) half(?=: .)/;
	let isInHalf = false;
	return all.flatMap(({ level, text }) => {
		if (level === 2) isInHalf = half.test(text);
		return level === 2 || (level === 3 && isInHalf) ? [half.exec(text)?.[0] ?? text] : [];
	});
}

/** Proves that the README's "Do" part and the skeleton have the same TODOs, numbered in order from 1. */
export function proveTodos(readme: string, skeleton: string, id: string): Proof[] {
	const number = id.slice(0, 2);
	const wanted = (count: number) => Array.from({ length: Math.max(count, 1) }, (_, index) => `${number}.${index + 1}`);
	const asked = todosIn(partOf(readme, "Do"));
	const open = todosIn(skeleton);
	const numbered = (todos: string[]) =>
		todos.join() === wanted(todos.length).join()
			? []
			: [`write ${wanted(todos.length).join(", ")}, once each; it has ${todos.join(", ") || "none"}`];
	return [
		proof('README.md, "Do": TODOs are numbered in order', numbered(asked)),
		proof("the skeleton's TODOs are numbered in order", numbered(open)),
		proof(
			"README.md and the skeleton have the same TODOs",
			asked.join() === open.join()
				? []
				: [`the text asks for ${asked.join(", ") || "none"}, the skeleton has ${open.join(", ") || "none"}`],
		),
	];
}

const todosIn = (text: string) => [...text.matchAll(/TODO\((\d\d\.\d+)\)/g)].map(([, number = ""]) => number);

/** Proves that there are three hints, and that none is empty. */
export function proveHints(hints: string): Proof {
	const found = headings(parse(hints)).map(({ text }) => text);
	const empty = HINT_HEADINGS.filter((heading) => found.includes(heading) && partOf(hints, heading).trim() === "");
	return proof("hints.md has three hints", [
		...(found.join() === HINT_HEADINGS.join()
			? []
			: [`use the headings ## ${HINT_HEADINGS.join(", ## ")}; it has ${found.join(", ")}`]),
		...empty.map((heading) => `write something under ## ${heading}`),
	]);
}

/**
 * The targets of a text's links: files relative to it, and its own headings. `missing`: links to headings that do not
 * exist.
 */
export function linksIn(readme: string): { files: string[]; anchors: string[]; missing: string[] } {
	const tokens = parse(readme);
	const targets = tokens
		.flatMap(({ children }) => children ?? [])
		.flatMap((token) => [token.attrGet("href"), token.attrGet("src")])
		.filter((target) => target !== null)
		.filter((target) => !/^[a-z]+:/.test(target));
	const slugs = new Set(headings(tokens).map(({ text }) => slugOf(text)));
	const anchors = targets.filter((target) => target.startsWith("#"));
	return {
		files: targets.filter((target) => !target.startsWith("#")).map((target) => target.replace(/#.*$/, "")),
		anchors,
		missing: anchors.filter((anchor) => !slugs.has(decodeURIComponent(anchor.slice(1)))),
	};
}

// Makes the anchor of a heading as GitHub does.
const slugOf = (heading: string) =>
	heading
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N} _-]/gu, "")
		.replaceAll(" ", "-");

/** The text without its code blocks: in a code block, `exit(1)` is a call and not a manual page. */
export function proseOf(markdown: string): string {
	return parse(markdown)
		.filter(({ type }) => type === "inline")
		.map(({ content }) => content)
		.join("\n");
}

const parse = (markdown: string) => new MarkdownIt({ html: true }).parse(markdown, {});

function headings(tokens: readonly Token[]): { level: number; text: string }[] {
	return tokens.flatMap(({ type, tag }, index) =>
		type === "heading_open" ? [{ level: Number(tag.slice(1)), text: tokens[index + 1]?.content ?? "" }] : [],
	);
}

// The text below each heading of this name, up to the next heading that is not deeper.
function partOf(markdown: string, heading: string): string {
	const found = ["##", "###"].flatMap((marks) => {
		const [, ...after] = `\n${markdown}`.split(`\n${marks} ${heading}\n`);
		return after.map((text) => text.split(new RegExp(`\n#{1,${marks.length}} `))[0] ?? "");
	});
	return found.join("\n");
}
