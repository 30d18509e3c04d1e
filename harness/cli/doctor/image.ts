import { resolve } from "node:path";
import { EXIT, Failure } from "../../base/failure.ts";
import { visibleProgress } from "../../base/progress.ts";
import { installMissing } from "../../vm/computer/install-missing.ts";
import { exportImage, imageManifest, importImage, rebuildImage } from "../../vm/image/image.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { printJson } from "../text/terminal.ts";

/** `drydock image build`. @returns the exit code */
export async function buildImage({ fresh }: { fresh?: boolean }): Promise<number> {
	await installMissing({ building: fresh === true });
	if (fresh) await rebuildImage(visibleProgress);
	const accelerator = await new MachinePool(visibleProgress).accelerator();
	process.stdout.write(`the image and its snapshot are ready (${accelerator})\n`);
	return EXIT.passed;
}

/** `drydock image info`. @returns the exit code */
export async function imageInfo({ json }: { json?: boolean }): Promise<number> {
	const manifest = await imageManifest();
	if (manifest === null) throw new Failure("unsupported", "there is no image yet", "npx drydock image build");
	if (json) {
		printJson({ schemaVersion: 1, ...manifest });
		return EXIT.passed;
	}
	const { platform, suite, node, packages } = manifest;
	process.stdout.write(`platform  ${platform}\nDebian    ${suite}\nNode      ${node}\npackages\n`);
	for (const [name, version] of Object.entries(packages)) process.stdout.write(`  ${name.padEnd(36)} ${version}\n`);
	return EXIT.passed;
}

/** `drydock image export`. @returns the exit code */
export async function exportTo(file: string): Promise<number> {
	// The export builds the image if there is none, which needs more programs.
	await installMissing();
	await exportImage(resolve(file), visibleProgress);
	process.stdout.write(`${file} contains the image; on the other computer: npx drydock image import ${file}\n`);
	return EXIT.passed;
}

/** `drydock image import`. @returns the exit code */
export async function importFrom(file: string): Promise<number> {
	await importImage(resolve(file), visibleProgress);
	process.stdout.write("the image is installed; npx drydock doctor shows what else is needed\n");
	return EXIT.passed;
}
