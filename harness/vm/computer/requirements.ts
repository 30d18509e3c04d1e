import { architecture } from "./arch.ts";
import { findProgram, PATH_WITH_SBIN } from "./search-path.ts";

/** A program that this computer must have, and the packages that contain it. */
export interface Requirement {
	name: string;
	/** The program whose presence shows that the requirement is met. */
	program: string;
	/** Other programs, each of which also meets the requirement. */
	alternatives?: readonly string[];
	/** What it is for. Shown to a user who has to install it. */
	purpose: string;
	/** Packages by package manager; null where there is no package. */
	packages: { apt: string; dnf: string | null; brew: string | null };
	/**
	 * `running`: always needed. `building`: needed to build the image, but not to import one. `testing`: needed only by
	 * drydock's own tests.
	 */
	need: "running" | "building" | "testing";
}

/** The programs that drydock runs, that npm does not install, and that a computer may lack. */
export function requirements(): Requirement[] {
	const { qemu, triplet } = architecture();
	const building = { need: "building" } as const;
	return [
		{
			name: "qemu",
			program: qemu.program,
			purpose: "runs the virtual machines",
			packages: { apt: qemu.package, dnf: "qemu-system-x86-core", brew: "qemu" },
			need: "running" as const,
		},
		...(process.platform === "linux"
			? [
					{
						name: "setpriv",
						program: "setpriv",
						purpose: "confines the virtual machines, and ends them when drydock ends",
						packages: { apt: "util-linux", dnf: "util-linux", brew: null },
						need: "running" as const,
					},
				]
			: []),
		{
			name: "cpio",
			program: "cpio",
			purpose: "packs the initramfs of the guest",
			packages: { apt: "cpio", dnf: "cpio", brew: null },
			need: "running" as const,
		},
		{
			name: "mmdebstrap",
			program: "mmdebstrap",
			purpose: "fetches Debian packages for the guest",
			packages: { apt: "mmdebstrap debian-archive-keyring", dnf: null, brew: null },
			...building,
		},
		{
			name: "erofs-utils",
			program: "mkfs.erofs",
			purpose: "makes the guest's file system",
			packages: { apt: "erofs-utils", dnf: null, brew: null },
			...building,
		},
		{
			name: "kmod",
			program: "depmod",
			purpose: "lists what each kernel module of the guest depends on",
			packages: { apt: "kmod xz-utils", dnf: null, brew: null },
			...building,
		},
		{
			name: "compiler",
			program: `${triplet}-gcc`,
			purpose: "compiles the guest's system-call library",
			packages: { apt: "gcc libc6-dev", dnf: null, brew: null },
			...building,
		},
		{
			name: "browser",
			program: "chromium",
			alternatives: ["chromium-browser", "google-chrome", "google-chrome-stable"],
			purpose: "opens the live page in the tests of drydock itself",
			packages: { apt: "chromium", dnf: "chromium", brew: "chromium" },
			need: "testing",
		},
		{
			name: "shellcheck",
			program: "shellcheck",
			purpose: "checks the scripts of hand-outs in the tests of drydock itself",
			packages: { apt: "shellcheck", dnf: "ShellCheck", brew: "shellcheck" },
			need: "testing",
		},
	];
}

/** The requirements for these needs that this computer does not meet. */
export async function missingRequirements(needs: readonly Requirement["need"][]): Promise<Requirement[]> {
	const needed = requirements().filter(({ need }) => needs.includes(need));
	const found = await Promise.all(
		needed.map(async (requirement) => ({ requirement, there: (await pathOf(requirement)) !== null })),
	);
	return found.filter(({ there }) => !there).map(({ requirement }) => requirement);
}

/** The command that installs the named requirements: with Homebrew on macOS, otherwise with apt-get. */
export function installCommand(...names: string[]): string {
	const wanted = requirements().filter(({ name }) => names.includes(name));
	const manager = process.platform === "darwin" ? "brew" : "apt";
	const packages = wanted.flatMap((requirement) => requirement.packages[manager]?.split(" ") ?? []);
	if (manager === "brew") return `brew install ${packages.join(" ")}`;
	const sudo = process.getuid?.() === 0 ? "" : "sudo ";
	return `${sudo}apt-get install --yes --no-install-recommends ${packages.join(" ")}`;
}

/** The path of a requirement's program on this computer; null if it is not installed. */
export async function pathOf({ program, alternatives = [] }: Requirement): Promise<string | null> {
	const found = await Promise.all([program, ...alternatives].map((name) => findProgram(PATH_WITH_SBIN, name)));
	return found.find((path) => path !== null) ?? null;
}
