// Prints, helpers and a class; colons in a layer's path would be escaped.
import { mkdirSync, rmSync } from "node:fs";
import { mount, umount2 } from "#kernel";

export interface Overlay {
	merged: string;
	remove(): void;
}

class Mounted implements Overlay {
	readonly merged: string;

	constructor(private readonly dir: string) {
		this.merged = this.path("merged");
	}

	path(name: string): string {
		return `${this.dir}/${name}`;
	}

	remove(): void {
		console.log("unmounting", this.merged);
		umount2(this.merged, 0);
		rmSync(this.dir, { recursive: true, force: true });
	}
}

const escaped = (path: string) => path.replaceAll(/[\\:,]/g, (character) => `\\${character}`);

export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const overlay = new Mounted(dir);
	mkdirSync(dir, { recursive: true });
	for (const name of ["upper", "work", "merged"]) mkdirSync(overlay.path(name));
	const options = {
		lowerdir: lowerdirs.map(escaped).join(":"),
		upperdir: escaped(overlay.path("upper")),
		workdir: escaped(overlay.path("work")),
	};
	const data = Object.entries(options).map(([name, value]) => `${name}=${value}`);
	console.log("mounting", data);
	try {
		mount("none", overlay.merged, "overlay", 0, data.join(","));
	} catch (error) {
		console.log("no overlay:", error);
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
	return overlay;
}
