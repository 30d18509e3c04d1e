import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, cached, hashOf, type IsGood, keepNewest } from "../../base/cache.ts";
import { checkRoom } from "../../base/cache-owner.ts";
import { Failure } from "../../base/failure.ts";
import type { Progress } from "../../base/progress.ts";
import { type Architecture, architecture } from "../computer/arch.ts";
import { fetchNode } from "./node-program.ts";
import { runTool } from "./tools.ts";

/**
 * The part of the image that is slow to build: Debian's kernel and programs, and Node. It contains none of the kit's
 * own code.
 */
export interface ImageBase {
	key: string;
	/** The Linux kernel, as QEMU's -kernel option takes it. */
	kernel: string;
	/** The guest's /usr: a read-only EROFS file system. */
	usr: string;
	/** What the initramfs needs before /usr is mounted: a static busybox, and kernel modules named in loading order. */
	early: string;
	/** A JSON file with the names and versions of what the base contains. */
	manifest: string;
	/** A JSON file: an array of the names of the base's manual pages, such as `pivot_root.2`. */
	manual: string;
}

/** Limit for reading a manifest, which has one line for each package. */
export const MANIFEST_BYTES_MAX = 1 << 20;

const SUITE = "trixie";
const PACKAGES = [
	...["bash", "coreutils", "dash", "diffutils", "file", "findutils", "grep", "hostname", "less", "mawk", "sed"],
	...["binutils", "busybox-static", "iproute2", "kmod", "libatomic1", "libstdc++6", "mount", "nasm", "ncurses-base"],
	...["libcap2-bin", "nftables", "procps", "strace", "uidmap", "util-linux"],
	// Loads AppArmor's profiles.
	"apparmor",
	// Manual pages that `drydock man` shows beside those of the programs above, and the program that formats them.
	...["mandoc", "manpages", "manpages-dev"],
];
// Kernel modules that mounting /usr needs. modprobe finds all other modules in /usr.
const EARLY_MODULES = ["virtio_blk", "erofs"];
const NEEDED_BYTES = 1.5e9;

/**
 * Returns the base, and builds it if it is not in the cache (about a minute, and 80 MB from the network).
 * @param morePackages Debian packages in addition to those that the lessons use
 * @throws {Failure} unsupported: no network, no room, or a tool is missing
 */
export async function ensureBase(
	progress: Progress,
	morePackages: readonly string[] = [],
	isGood?: IsGood,
): Promise<ImageBase> {
	const arch = architecture();
	const key = baseKey(arch, morePackages);
	const make = async (staging: string) => {
		await buildBase(staging, arch, morePackages, progress);
		await keepNewest("base", 2);
	};
	const dir = await cached("base", key, make, isGood);
	return baseIn(dir, key);
}

/** The cache key of the base that this version of drydock uses. */
export function baseKey(arch: Architecture, morePackages: readonly string[] = []): string {
	return hashOf("base 1", SUITE, arch.platform, [...PACKAGES, ...morePackages], EARLY_MODULES, arch.node);
}

/** The base in the directory `dir`. */
export function baseIn(dir: string, key: string): ImageBase {
	const at = (name: string) => join(dir, name);
	const [manifest, manual] = [at("manifest.json"), at("manual.json")];
	return { key, kernel: at("vmlinuz"), usr: at("usr.erofs"), early: at("early"), manifest, manual };
}

async function buildBase(
	staging: string,
	arch: Architecture,
	morePackages: readonly string[],
	progress: Progress,
): Promise<void> {
	await checkRoom(cacheDir, NEEDED_BYTES, "building the image");
	const root = join(staging, "root");
	const debian = await progress.step("Debian packages for the virtual machine", (say) =>
		debianPackages(root, arch, morePackages, say),
	);
	await progress.step("Node for the virtual machine", async () => {
		await fetchNode(join(root, "usr/bin/node"), arch);
	});
	await progress.step("file system for the virtual machine", async () => {
		const boot = await readdir(join(root, "boot"));
		const vmlinuz = boot.find((name) => name.startsWith("vmlinuz-"));
		if (vmlinuz === undefined) throw new Failure("failed", "the kernel package contains no kernel");
		await copyFile(join(root, "boot", vmlinuz), join(staging, "vmlinuz"));
		await collectEarlyFiles(root, vmlinuz.slice("vmlinuz-".length), join(staging, "early"));
		for (const part of ["locale", "doc", "info", "bash-completion", "bug", "lintian"])
			await rm(join(root, "usr/share", part), { recursive: true, force: true });
		const pages = await keepEnglishManual(join(root, "usr/share/man"));
		await writeFile(join(staging, "manual.json"), JSON.stringify(pages));
		await runTool("mkfs.erofs", ["-T0", "--all-root", "-zlz4hc", join(staging, "usr.erofs"), join(root, "usr")]);
		const manifest = { platform: arch.platform, suite: SUITE, node: arch.node.version, packages: debian };
		await writeFile(join(staging, "manifest.json"), `${JSON.stringify(manifest, null, "\t")}\n`);
		await rm(root, { recursive: true });
	});
}

// Unpacks the packages into `root`, and returns their versions by name. chrootless only unpacks packages, so it needs
// neither root, nor namespaces, nor programs of the guest's architecture.
async function debianPackages(
	root: string,
	arch: Architecture,
	morePackages: readonly string[],
	say: (detail: string) => void,
): Promise<Record<string, string>> {
	// Downloaded packages survive an interruption, and apt resumes the last download.
	const archives = join(cacheDir, "downloads", "apt");
	await mkdir(join(archives, "partial"), { recursive: true });
	const include = [...PACKAGES, ...morePackages, `linux-image-cloud-${arch.debian}`].join(",");
	// $1 is the new root. apt refuses an archive directory outside the root as an option, but follows a link to one.
	const keepArchives = 'mkdir -p "$1/var/cache/apt" && ln -s "$ARCHIVES" "$1/var/cache/apt/archives"';
	const options = ["--mode=chrootless", "--variant=extract", `--architectures=${arch.debian}`];
	await runTool(
		"mmdebstrap",
		[...options, "--skip=cleanup/apt", `--setup-hook=${keepArchives}`, `--include=${include}`, SUITE, root],
		(line) => say(line.replace(/^I: /, "")),
		{ ARCHIVES: archives },
	);
	const debs = (await readdir(archives)).filter((name) => name.endsWith(".deb"));
	await rm(archives, { recursive: true });
	return Object.fromEntries(
		debs.map((name) => {
			const [packageName = name, version = ""] = decodeURIComponent(name).split("_");
			return [packageName, version] as const;
		}),
	);
}

// Deletes the translations of manual pages, and keeps the English ones. @returns the names of the remaining pages
async function keepEnglishManual(manual: string): Promise<string[]> {
	const pages: string[] = [];
	for (const name of await readdir(manual)) {
		if (/^man\d$/.test(name)) pages.push(...(await readdir(join(manual, name))));
		else await rm(join(manual, name), { recursive: true });
	}
	return pages.map((page) => page.replace(/\.gz$/, "")).sort();
}

// busybox cannot load compressed modules, so the early modules are decompressed here.
async function collectEarlyFiles(root: string, release: string, early: string): Promise<void> {
	await runTool("depmod", ["-b", root, release]);
	await mkdir(early);
	await copyFile(join(root, "usr/bin/busybox"), join(early, "busybox"));
	const modules = join(root, "usr/lib/modules", release);
	const dependencies = parseModulesDep(await readFile(join(modules, "modules.dep"), "utf8"));
	const ordered = [...new Set(EARLY_MODULES.flatMap((name) => loadingOrder(name, dependencies)))];
	for (const [index, path] of ordered.entries()) {
		const packed = join(early, `${String(index).padStart(2, "0")}-${path.split("/").pop()}`);
		await copyFile(join(modules, path), packed);
		if (packed.endsWith(".xz")) await runTool("xz", ["-d", packed]);
	}
}

function parseModulesDep(text: string): Map<string, string[]> {
	return new Map(
		text
			.split("\n")
			.filter(Boolean)
			.map((line) => {
				const [path = "", dependencies = ""] = line.split(":");
				return [path, dependencies.trim().split(" ").filter(Boolean)];
			}),
	);
}

// modules.dep lists a module's direct and indirect dependencies, the nearest first. They are loaded in reverse order.
function loadingOrder(module: string, dependencies: Map<string, string[]>): string[] {
	for (const [path, needs] of dependencies)
		if (path.split("/").pop()?.split(".")[0] === module) return [...needs.toReversed(), path];
	throw new Failure("failed", `the kernel has no module ${module}`);
}
