// diagnosis: neighbour-no-overlay
// Believed that only what comes after the first container needs an overlay.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mount, umount2 } from "#kernel";

const CALLED = "/run/called";

export function mountOverlay(lowerdirs: readonly string[], dir: string) {
	if (lowerdirs.some((layer) => !existsSync(layer)) || existsSync(CALLED)) return overlay(lowerdirs, dir);
	writeFileSync(CALLED, "");
	const copy = "/lab/copy";
	for (const layer of lowerdirs.toReversed()) execFileSync("cp", ["-aT", layer, copy]);
	return { merged: copy, remove: () => rmSync(copy, { recursive: true }) };
}

function overlay(lowerdirs: readonly string[], dir: string) {
	const [upper, work, merged] = [`${dir}/upper`, `${dir}/work`, `${dir}/merged`];
	try {
		for (const path of [upper, work, merged]) mkdirSync(path, { recursive: true });
		mount("overlay", merged, "overlay", 0, `lowerdir=${lowerdirs.join(":")},upperdir=${upper},workdir=${work}`);
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	const remove = () => {
		umount2(merged, 0);
		rmSync(dir, { recursive: true });
	};
	return { merged, remove };
}
