import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { cached, hashOf, type IsGood, keepNewest } from "../../base/cache.ts";
import { imageKey } from "../../base/depends-on.ts";
import { inKit, readText } from "../../base/kit.ts";
import type { Progress } from "../../base/progress.ts";
import { readRegularFile } from "../../base/regular-file.ts";
import { type Architecture, architecture } from "../computer/arch.ts";
import { type ImageBase, MANIFEST_BYTES_MAX } from "./image-base.ts";
import { runTool } from "./tools.ts";

/** The part of the image that is quick to build: the kit's own programs for the guest, as an initramfs. */
export interface GuestPrograms {
	/** The cache key, which identifies the contents of the whole image. */
	key: string;
	/** A cpio archive for QEMU's -initrd. */
	initrd: string;
}

const GUEST = inKit("harness/guest");
const NATIVE = inKit("native");
const CFLAGS = ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror"];
const SHARED = ["-shared", "-fPIC"];

/**
 * Returns the initramfs for `base` with this version's guest programs, and builds it if it is not in the cache (takes a
 * second).
 */
export async function ensureGuestPrograms(base: ImageBase, progress: Progress): Promise<GuestPrograms> {
	const library = await ensureLibrary(progress);
	const key = await guestProgramsKey(base, library);
	const dir = await cached("kit", key, async (staging) => {
		const root = join(staging, "root");
		await fillInitramfs(root, base, library);
		await runTool("sh", [
			"-c",
			'cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 > ../initrd',
			"sh",
			root,
		]);
		await rm(root, { recursive: true });
		await keepNewest("kit", 4);
	});
	return { key, initrd: join(dir, "initrd") };
}

/** The cache key of the initramfs for `base` with this version's guest programs. */
export async function guestProgramsKey(base: ImageBase, library: string): Promise<string> {
	const manifest = await readRegularFile(base.manifest, MANIFEST_BYTES_MAX).catch(() => "");
	return imageKey(base.key, String(manifest), basename(library));
}

/**
 * Returns the directory with the native code for the guest: libkernel.so, the program `confined` (see confined.c), and ffi-rs. It is built anew only
 * when its sources have changed, so an imported image works even without a C compiler.
 */
export async function ensureLibrary(progress: Progress, isGood?: IsGood): Promise<string> {
	const arch = architecture();
	const key = await libraryKey(arch);
	const make = (staging: string) =>
		progress.step("system-call library for the virtual machine", async () => {
			const compile = (source: string, target: string, flags: readonly string[] = []) =>
				runTool(`${arch.triplet}-gcc`, [...CFLAGS, ...flags, "-o", join(staging, target), join(NATIVE, source)]);
			await compile("libkernel.c", "libkernel.so", SHARED);
			await compile("confined.c", "confined");
			for (const name of ["ffi-rs", arch.ffi])
				await cp(packageDir(name), join(staging, "node_modules", name), { recursive: true });
		});
	return cached("library", key, make, isGood);
}

/** The cache key of the library that this version of drydock uses. */
export async function libraryKey(arch: Architecture): Promise<string> {
	const sources = await Promise.all(["libkernel.c", "confined.c"].map((name) => readText(join(NATIVE, name))));
	const ffi = JSON.parse(await readFile(join(packageDir("ffi-rs"), "package.json"), "utf8")) as { version: string };
	return hashOf("library 2", sources, CFLAGS, arch.triplet, arch.ffi, ffi.version);
}

/**
 * Bundles the guest's programs.
 * @param minify whether to leave out comments and shorten the names of local variables
 * @returns the programs' texts by name, and the source files that they were bundled from, relative to the kit's folder
 */
export async function bundlePrograms(minify = false): Promise<{ programs: Record<string, string>; sources: string[] }> {
	const { outputFiles, metafile } = await build({
		absWorkingDir: inKit(),
		entryPoints: ["agent", "runner"].map((name) => join(GUEST, `${name}.ts`)),
		outdir: "/",
		outExtension: { ".js": ".cjs" },
		bundle: true,
		write: false,
		platform: "node",
		format: "cjs",
		target: "node24",
		external: ["ffi-rs"],
		metafile: true,
		minify,
		plugins: [withoutUnusedModules],
	});
	const programs = Object.fromEntries(outputFiles.map(({ path, text }) => [path.slice(1), text]));
	return { programs, sources: Object.keys(metafile.inputs) };
}

// Tells esbuild that no module of the guest is imported only for what the module does when it is loaded. So esbuild leaves
// out unused modules, such as the schemas with which the computer outside checks what the guest sends.
const withoutUnusedModules: Plugin = {
	name: "without-unused-modules",
	setup({ onResolve }) {
		onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), sideEffects: false }));
	},
};

/**
 * Writes the contents of the initramfs into a new directory.
 * @param base provides the files that the early boot needs
 * @param library the directory from {@link ensureLibrary}
 */
export async function fillInitramfs(root: string, base: Pick<ImageBase, "early">, library: string): Promise<void> {
	const { programs } = await bundlePrograms();
	// init.sh copies kit/ to the harbour's root, and agent/ to the agent's.
	const [harbourDir, agentDir] = [join(root, "kit/opt/drydock"), join(root, "agent/opt/drydock")];
	const [harbourEtc, agentEtc] = [join(root, "kit/etc"), join(root, "agent/etc")];
	for (const dir of [
		harbourDir,
		agentDir,
		harbourEtc,
		agentEtc,
		...["dev", "proc", "early"].map((name) => join(root, name)),
	])
		await mkdir(dir, { recursive: true });

	const add = async (name: string, target: string, mode = 0o644) => {
		await writeFile(target, await readText(join(GUEST, name)));
		await chmod(target, mode);
	};
	await add("init.sh", join(root, "init"), 0o755);
	for (const name of await readdir(base.early))
		await copyFile(join(base.early, name), join(root, name === "busybox" ? name : `early/${name}`));

	for (const dir of [harbourDir, agentDir]) {
		await cp(library, dir, { recursive: true });
		await writeFile(join(dir, "runner.cjs"), programs["runner.cjs"] ?? "");
	}
	await writeFile(join(agentDir, "agent.cjs"), programs["agent.cjs"] ?? "");
	for (const script of [
		join(harbourDir, "boot-harbour.sh"),
		join(agentDir, "start-harbour-and-agent.sh"),
		join(agentDir, "enter-harbour.sh"),
	])
		await add(basename(script), script, 0o755);
	await add("harbour.inittab", join(harbourEtc, "inittab"));
	await add("agent.inittab", join(agentEtc, "inittab"));
	await writeFile(
		join(harbourEtc, "passwd"),
		"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
	);
	await writeFile(join(harbourEtc, "group"), "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n");
	await writeFile(join(harbourEtc, "hosts"), "127.0.0.1 localhost\n::1 localhost\n");
}

function packageDir(name: string): string {
	return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}
