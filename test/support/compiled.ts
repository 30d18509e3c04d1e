import { join } from "node:path";
import { inKit } from "../../harness/base/kit.ts";
import { BundleError, bundle, type Fault } from "../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../harness/engine/engine-at.ts";
import { typeErrors } from "../../harness/engine/type-errors.ts";
import type { Temporary } from "./temporary.ts";

/** The path of the reference's module that the submissions replace. */
export const reference = inKit("solutions/02-unshare/isolate.ts");
/** The text of the smallest module that compiles in its place. */
export const ISOLATE = "export function isolate(_hostname: string): void {}\n";

export interface Compiled {
	/** The fault of the {@link BundleError}; null if none was thrown. Type errors alone are no fault. */
	fault: Fault | null;
	/** The bundled program; empty if there is a fault. */
	code: string;
	/** The error's message, or the type checker's errors; empty if there are none. */
	messages: string;
}

let made = 0;

/**
 * Bundles and type-checks a module.
 * @param text the module's text
 * @param beside the texts of the other files in the module's folder, by name
 * @param addSpecialFiles adds entries to that folder that are not regular files
 */
export async function compiled(
	files: Temporary,
	text: string,
	beside: Readonly<Record<string, string>> = {},
	addSpecialFiles = async (_dir: string) => {},
): Promise<Compiled> {
	const dir = `submission-${made++}`;
	for (const [name, content] of Object.entries(beside)) await files.write(join(dir, name), content);
	const file = await files.write(join(dir, "isolate.ts"), text);
	await addSpecialFiles(join(files.dir, dir));
	const modules = new Map([[reference, file]]);
	const types = typeErrors(file, modules);
	types.catch(() => {});
	try {
		const { code } = await bundle(WHOLE_ENGINE, modules);
		return { fault: null, code, messages: (await types).map(({ message }) => message).join("\n") };
	} catch (error) {
		await types.catch(() => {});
		if (!(error instanceof BundleError)) throw error;
		return { fault: error.fault, code: "", messages: error.message };
	}
}
