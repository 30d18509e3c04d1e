// `npm start` and `npm test` begin here: plain JavaScript without packages, as there may be none yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const kit = fileURLToPath(new URL("../../", import.meta.url));
const stamp = `${kit}node_modules/.drydock`;
const wanted = createHash("sha256")
	.update(readFileSync(`${kit}package-lock.json`))
	.digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
	console.error("installing drydock's npm packages …");
	// Standard output is the command's own, which may be JSON.
	const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
		cwd: kit,
		stdio: ["inherit", 2, 2],
	});
	if (status !== 0) {
		console.error("the npm packages could not be installed.\n  try: npm ci, with a network");
		process.exit(3);
	}
	writeFileSync(stamp, wanted);
}

// In this process: one that waited for another could be ended, and the other would go on.
const args = process.argv.slice(2);
process.argv = [process.execPath, `${kit}harness/cli/bin.js`, ...(args.length === 0 ? ["start"] : args)];
await import("./bin.js");
