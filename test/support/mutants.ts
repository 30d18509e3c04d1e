import { type AnyNode, type CallExpression, type ExpressionStatement, type Program, parse } from "acorn";
import { transform } from "esbuild";

/** A solution with one mistake, such as a programmer in a hurry makes. */
export interface Mutant {
	/** The change, described without line numbers: `drop "chdir(rootfs);"`. */
	description: string;
	/** JavaScript. */
	code: string;
}

/** A part of the source, and its replacement. */
interface Edit {
	what: string;
	start: number;
	end: number;
	text: string;
}

/**
 * All mutants of a module. Each drops a call, exchanges two neighbouring calls, drops a flag, ignores a condition or a
 * result, or empties an argument.
 * @param source TypeScript; types and comments are removed first
 */
export async function mutantsOf(source: string): Promise<Mutant[]> {
	const { code } = await transform(source, { loader: "ts", target: "esnext", charset: "utf8" });
	const program = parse(code, { ecmaVersion: "latest", sourceType: "module" });
	const edits = editsIn(program, (node) => code.slice(node.start, node.end));
	const seen = new Map<string, number>();
	return edits.map(({ what, start, end, text }) => {
		const count = (seen.get(what) ?? 0) + 1;
		seen.set(what, count);
		return {
			description: count === 1 ? what : `${what} (${count})`,
			code: code.slice(0, start) + text + code.slice(end),
		};
	});
}

type TextOf = (node: { start: number; end: number }) => string;

function editsIn(program: Program, textOf: TextOf): Edit[] {
	const edits: Edit[] = [];
	// The description includes the surrounding call or statement, which distinguishes similar edits.
	const visit = (node: AnyNode, within: AnyNode, inFlags: boolean) => {
		const around = isCall(node) || /Statement$|Declaration$/.test(node.type) ? node : within;
		const shown = (inside: AnyNode) => shorten(textOf(inside));
		const replace = (what: string, { start, end }: AnyNode, text: string) => edits.push({ what, start, end, text });
		if (isCallStatement(node)) replace(`drop "${shown(node)}"`, node, ";");
		if (node.type === "BlockStatement" || node.type === "Program")
			for (const [one, other] of neighbours(node.body as AnyNode[]))
				if (textOf(one) !== textOf(other))
					edits.push({
						what: `exchange "${shown(one)}" and "${shown(other)}"`,
						...{ start: one.start, end: other.end, text: `${textOf(other)}\n${textOf(one)}` },
					});
		if (isFlags(node) && !inFlags) {
			const flags = flagsOf(node);
			for (const flag of flags) {
				const rest = flags.filter((other) => other !== flag).map(textOf);
				replace(`drop ${textOf(flag)} from "${shown(around)}"`, node, rest.join(" | "));
			}
		}
		if (node.type === "IfStatement" || node.type === "ConditionalExpression")
			for (const value of ["true", "false"])
				replace(`${value} for the condition "${shown(node.test)}"`, node.test, value);
		// A loop's condition is not replaced by true, because the loop would never end.
		if (node.type === "WhileStatement") replace(`false for the condition "${shown(node.test)}"`, node.test, "false");
		if (node.type === "ReturnStatement" && node.argument != null && isCall(node.argument))
			replace(`return 0 in place of "${shown(node.argument)}"`, node.argument, `(${textOf(node.argument)}, 0)`);
		if (isCall(node))
			for (const argument of node.arguments) {
				const empty = emptied(argument);
				if (empty !== null) replace(`${empty} for ${shown(argument)} in "${shown(node)}"`, argument, empty);
			}
		for (const child of childrenOf(node)) visit(child, around, isFlags(node));
	};
	visit(program, program, false);
	return edits;
}

const isCall = (node: AnyNode): node is CallExpression => node.type === "CallExpression";

const isCallStatement = (node: AnyNode): node is ExpressionStatement =>
	node.type === "ExpressionStatement" && isCall(node.expression);

function neighbours(body: readonly AnyNode[]): [AnyNode, AnyNode][] {
	return body.flatMap((node, index): [AnyNode, AnyNode][] => {
		const next = body[index + 1];
		return next !== undefined && isCallStatement(node) && isCallStatement(next) ? [[node, next]] : [];
	});
}

const isFlags = (node: AnyNode) => node.type === "BinaryExpression" && node.operator === "|";

function flagsOf(node: AnyNode): AnyNode[] {
	if (node.type !== "BinaryExpression" || node.operator !== "|") return [node];
	return [...flagsOf(node.left as AnyNode), ...flagsOf(node.right)];
}

// The replacement for an argument; null for an argument that stays.
function emptied(argument: AnyNode): string | null {
	if (argument.type === "Identifier" && /^[A-Z][A-Z0-9_]+$/.test(argument.name)) return "0";
	if (argument.type === "TemplateLiteral") return '""';
	if (argument.type !== "Literal") return null;
	if (typeof argument.value === "string" && argument.value !== "") return '""';
	if (typeof argument.value === "number") return argument.value === 0 ? "1" : "0";
	return null;
}

function childrenOf(node: AnyNode): AnyNode[] {
	return Object.values(node)
		.flat()
		.filter((value): value is AnyNode => typeof value === "object" && value !== null && typeof value.type === "string");
}

const shorten = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 100);
