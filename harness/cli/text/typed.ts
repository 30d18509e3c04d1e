import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { inKit } from "../../base/kit.ts";

/** What texts call the command. In the kit and in a workspace npx finds this kit's, without asking anybody. */
export const NPX = "npx drydock";

/**
 * What to type for this kit's drydock in a folder. Where npx would not find it, it would look for a package of that name in
 * the public registry, which is somebody else's: there it is named by its path.
 */
export function commandIn(folder: string): string {
	const bin = realpathSync(inKit("harness/cli/bin.js"));
	const top = npxWorks() ? topOf(folder) : null;
	if (top !== null && (isSame(top, inKit()) || isSame(join(top, "node_modules/.bin/drydock"), bin))) return NPX;
	// Whole also in a JSON text, and in the hands of a shell.
	return /^[\w./@+-]+$/.test(bin) ? `node ${bin}` : "drydock";
}

// npx makes a folder in npm's cache before it does anything else.
function npxWorks(): boolean {
	try {
		let dir = process.env["npm_config_cache"] || join(homedir(), ".npm");
		while (!existsSync(dir) && dir !== dirname(dir)) dir = dirname(dir);
		accessSync(dir, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/** The folder that npm takes for the top of what it is called in. See npm-prefix(1). */
function topOf(folder: string): string | null {
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
