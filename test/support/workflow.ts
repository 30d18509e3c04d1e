import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { inKit } from "../../harness/base/kit.ts";

type Parser = typeof import("@actions/workflow-parser");

/** The errors that GitHub's own parser finds in a workflow. */
export async function errorsOfWorkflow(content: string): Promise<string[]> {
	const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await parser();
	const { context, value } = parseWorkflow({ name: "workflow.yml", content }, new NoOperationTraceWriter());
	if (value !== undefined) await convertWorkflowTemplate(context, value);
	return context.errors.getErrors().map(({ message }) => message);
}

let loaded: Promise<Parser> | undefined;

// The package imports JSON files as only a bundler can.
function parser(): Promise<Parser> {
	loaded ??= (async () => {
		const dir = await mkdtemp(inKit("node_modules", ".drydock-test-"));
		try {
			const outfile = join(dir, "parser.mjs");
			await build({
				entryPoints: ["@actions/workflow-parser"],
				absWorkingDir: inKit("."),
				outfile,
				bundle: true,
				format: "esm",
			});
			return (await import(pathToFileURL(outfile).href)) as Parser;
		} finally {
			await rm(dir, { recursive: true });
		}
	})();
	return loaded;
}
