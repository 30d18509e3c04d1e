import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { build } from "esbuild";
import hljs from "highlight.js/lib/core";
import MarkdownIt from "markdown-it";
import { ALIASES, GRAMMARS } from "../base/grammars.ts";
import { inKit } from "../base/kit.ts";
import { drawWalls, WALL_LESSONS, wallsInWords, wallsUpTo } from "../learner/walls.ts";

/** The live page's files, by name. The name of the HTML page itself is empty. */
export type Page = Record<string, { type: string; body: string | Uint8Array<ArrayBuffer> }>;

const TYPES: Record<string, string> = {
	".html": "text/html; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".woff2": "font/woff2",
};

/**
 * Makes the live page: all files that a browser needs. None of them comes from the network.
 * @param id the lesson's id, such as `04-pivot-root`, or the name of the folder of an instructor's own demo
 * @param lesson the text to show with the demo, in Markdown
 */
export async function makePage(id: string, lesson: string): Promise<Page> {
	const [html, { outputFiles }] = await Promise.all([
		readFile(inKit("harness/live/page/index.html"), "utf8"),
		build({
			entryPoints: [inKit("harness/live/page/main.ts"), inKit("harness/live/page/styles/page.css")],
			outdir: "/",
			bundle: true,
			format: "esm",
			write: false,
			minify: true,
			loader: { ".woff2": "file" },
			entryNames: "[name]",
			assetNames: "[name]",
			target: "es2022",
			logLevel: "silent",
		}),
	]);
	const bundled = outputFiles.map(
		({ path, contents }) => [path.slice(path.lastIndexOf("/") + 1), new Uint8Array(contents)] as const,
	);
	const files = [["", html], ["lesson.html", renderWalls(id.slice(0, 2)) + renderLesson(lesson)], ...bundled] as const;
	return Object.fromEntries(
		files.map(([name, body]) => [name, { type: TYPES[extname(name)] ?? TYPES[".html"] ?? "", body }]),
	);
}

// The picture of the walls, which stands above the lesson's text; empty for a lesson that builds no wall.
// `number`: the lesson's number, with two digits.
function renderWalls(number: string): string {
	if (!WALL_LESSONS.some((wall) => wall === number)) return "";
	const states = wallsUpTo(number);
	const picture = drawWalls(states).join("\n");
	return `<pre class="walls" role="img" aria-label="The walls: ${wallsInWords(states)}"><code>${picture}</code></pre>\n`;
}

// Leaves out comments, which are for the lesson's tests. Makes a link's text emphasised text: the server does not
// have the link's target.
function renderLesson(lesson: string): string {
	for (const [name, grammar] of Object.entries(GRAMMARS)) hljs.registerLanguage(name, grammar);
	for (const [languageName, names] of Object.entries(ALIASES)) hljs.registerAliases(names, { languageName });
	const highlight = (code: string, language: string) =>
		hljs.getLanguage(language) === undefined ? "" : hljs.highlight(code, { language }).value;
	const markdown = new MarkdownIt({ highlight });
	const { fence } = markdown.renderer.rules;
	// Lines that are wider than a narrow page are scrolled, and whoever has only a keyboard must be able to do so.
	markdown.renderer.rules.fence = (...args) => (fence?.(...args) ?? "").replace("<pre>", '<pre tabindex="0">');
	markdown.renderer.rules["link_open"] = () => "<em>";
	markdown.renderer.rules["link_close"] = () => "</em>";
	return markdown.render(lesson.replaceAll(/^<!--.*?-->\n/gms, ""));
}
