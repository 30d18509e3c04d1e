import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { inKit } from "../../base/kit.ts";

/**
 * How drydock's texts write its command. In the kit and in a workspace, npx finds this kit's drydock without asking a
 * registry.
 */
export const NPX_DRYDOCK = "npx drydock";

/**
 * What to type in a folder to run this kit's drydock. If npx does not find it there, npx looks in the public registry,
 * where a package of that name is somebody else's. So this names the program by its path instead, unless a
 * shell would need quotes around the path.
 */
export function drydockCommandIn(folder: string): string {
	const bin = realpathSync(inKit("harness/cli/bin.js"));
	const top = npmCacheIsWritable() ? projectFolderOf(folder) : null;
	if (top !== null && (isSame(top, inKit()) || isSame(join(top, "node_modules/.bin/drydock"), bin))) return NPX_DRYDOCK;
	// A path that needs quotes or escapes, in JSON or in a shell, is not shown: the texts then only name the program.
	return /^[\w./@+-]+$/.test(bin) ? `node ${bin}` : "drydock";
}

// Whether npm's cache can be written: npx makes a folder in it before it does anything else.
function npmCacheIsWritable(): boolean {
	try {
		let dir = process.env["npm_config_cache"] || join(homedir(), ".npm");
		while (!existsSync(dir) && dir !== dirname(dir)) dir = dirname(dir);
		accessSync(dir, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/** The top folder of the project that a folder is in, as npm finds it. See npm-prefix(1). */
function projectFolderOf(folder: string): string | null {
	for (let dir = folder; ; dir = dirname(dir)) {
		if (existsSync(join(dir, "package.json")) || existsSync(join(dir, "node_modules"))) return dir;
		if (dir === dirname(dir)) return null;
	}
}

function isSame(one: string, other: string): boolean {
	try {
		return realpathSync(one) === realpathSync(other);
	} catch {
		return false;
	}
}
