import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";

/**
 * Checks a manifest against Kubernetes' published schemas, with the package kubernetes-models. The package's validators
 * ignore keys that they do not know. So the compiler also checks the manifest as a literal of the package's type, which
 * was made from the same schemas.
 * @param type such as `batch/v1/Job`
 * @returns what is wrong, in the compiler's words; empty if nothing is
 * @throws {Error} a value is missing, or of the wrong type
 */
export async function errorsOfManifest(type: string, manifest: object): Promise<string> {
	const [module, name] = [`kubernetes-models/${type}`, type.split("/").at(-1)];
	const models = (await import(module)) as Record<string, new (data: object) => { validate(): void }>;
	const Model = models[name ?? ""];
	if (Model === undefined) throw new Error(`kubernetes-models has no ${type}`);
	new Model(manifest).validate();
	const dir = await mkdtemp(inKit("node_modules", ".drydock-test-"));
	try {
		const file = join(dir, "manifest.ts");
		const literal = JSON.stringify(manifest);
		await writeFile(
			file,
			`import type { I${name} } from "${module}";\nexport const manifest: I${name} = ${literal};\n`,
		);
		const $ = (await zx())({ nothrow: true });
		const options = ["--noEmit", "--strict", "--ignoreConfig", "--skipLibCheck", "--module", "nodenext"];
		return (await $`${inKit("node_modules/.bin/tsc")} ${options} ${file}`).stdout;
	} finally {
		await rm(dir, { recursive: true });
	}
}
