import { createHash } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import type { Progress } from "../base/progress.ts";
import { ensureLibrary } from "../vm/image/guest-programs.ts";
import { boxProgram } from "./engine.ts";
import { engineText } from "./engine-at.ts";
import { SEAL_PLACEHOLDER, withSeal } from "./seal.ts";

/**
 * Packs an engine into one program for any Linux machine with Node. The program is a shell script followed by a tar
 * archive, which the script unpacks when it first runs. The program carries a seal: see seal.ts.
 * @param mine the learner's files, by the reference module that each replaces
 * @throws {BundleError} a learner's module cannot be bundled
 * @throws {Failure} unsupported: there is neither an image nor a C compiler
 */
export async function packBox(mine: ReadonlyMap<string, string>, progress: Progress): Promise<Buffer> {
	const dir = await mkdtemp(join(tmpdir(), "drydock-box-"));
	try {
		await cp(await ensureLibrary(progress), dir, { recursive: true });
		await writeFile(join(dir, "box.cjs"), await boxProgram(mine, { libraries: "beside" }));
		// Without dates and owners, the same modules always make the same program.
		const archive = { gzip: true, cwd: dir, portable: true, mtime: new Date(0) };
		const chunks = await create(archive, ["box.cjs", "libkernel.so", "node_modules"]).collect();
		const payload = Buffer.concat(chunks);
		const digest = createHash("sha256").update(payload).digest("hex").slice(0, 16);
		const usage = engineText("solutions/commands/run.txt");
		return withSeal(Buffer.concat([Buffer.from(unpackingScript(digest, usage)), payload]));
	} finally {
		await rm(dir, { recursive: true });
	}
}

// The script unpacks into a new directory, then renames it. So two programs that start at once never use each other's
// half-unpacked files. fork needs the library to be preloaded: see libkernel.c.
function unpackingScript(digest: string, usage: string): string {
	const lines = [
		"#!/bin/sh",
		"# A container engine: box run IMAGE COMMAND. See README.md.",
		`# ${SEAL_PLACEHOLDER}`,
		"set -e",
		'fail() { echo "box: $1" >&2; exit 125; }',
		// Printing the usage needs neither root nor Node.
		'case "$1 $2" in "--help "* | "-h "* | "help "* | "run --help" | "run -h")',
		"\tcat <<'END'",
		...usage.trimEnd().split("\n"),
		"END",
		"\texit ;;",
		"esac",
		'[ "$(id -u)" = 0 ] || fail "only root may do this: sudo $0 $*"',
		'command -v node >/dev/null || fail "Node is needed, but it is not on the PATH"',
		'[ -e /sys/fs/cgroup/cgroup.controllers ] || fail "cgroup v2 is needed at /sys/fs/cgroup"',
		`home=/run/box-programs/${digest}`,
		'if [ ! -e "$home" ]; then',
		"\tmkdir -p -m 700 /run/box-programs",
		"\tnew=$(mktemp -d /run/box-programs/new-XXXXXX)",
		"\ttar=$(command -v tar || echo busybox tar)",
		'\tif ! tail -n +LINES "$0" | $tar -xzf - -C "$new"; then rm -rf "$new"; fail "could not be unpacked"; fi',
		'\tmv -T "$new" "$home" 2>/dev/null || rm -rf "$new"',
		"fi",
		"# The containers' cgroups go here. The root cgroup has to enable their controllers.",
		"mkdir -p /sys/fs/cgroup/box",
		'echo "+cpu +memory +pids" >/sys/fs/cgroup/cgroup.subtree_control',
		'LD_PRELOAD="$home/libkernel.so" exec node --single-threaded --no-warnings "$home/box.cjs" "$@"',
		"",
	];
	return lines.join("\n").replace("LINES", String(lines.length));
}
