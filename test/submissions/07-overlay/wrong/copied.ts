// diagnosis: no-overlay
// Every layer copied over the one below: right to look at, but no overlay.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";

export interface Overlay {
	merged: string;
	remove(): void;
}

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const merged = `${dir}/merged`;
	mkdirSync(merged, { recursive: true });
	for (const layer of lowerdirs.toReversed()) execFileSync("cp", ["-a", `${layer}/.`, merged]);
	return {
		merged,
		remove: () => {
			rmSync(dir, { recursive: true });
		},
	};
}
