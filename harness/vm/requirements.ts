import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { architecture } from "./arch.ts";

/** A program that this computer must have, and what has it. */
export interface Requirement {
	name: string;
	/** The program whose presence shows that it is installed. */
	program: string;
	/** What it is for, as a person is told before it is installed. */
	purpose: string;
	/** Packages by package manager; null where it is not to be had. */
	packages: { apt: string; dnf: string | null; brew: string | null };
	/** Only needed for building the image, not for running from one that was brought in. */
	forBuilding: boolean;
}

/** Everything that drydock runs and npm does not install. */
export function requirements(): Requirement[] {
	const { qemu, triplet } = architecture();
	const building = { forBuilding: true };
	return [
		{
			name: "qemu",
			program: qemu.program,
			purpose: "runs the virtual machines",
			packages: { apt: qemu.package, dnf: "qemu-system-x86-core", brew: "qemu" },
			forBuilding: false,
		},
		...(process.platform === "linux"
			? [
					{
						name: "setpriv",
						program: "setpriv",
						purpose: "confines them, and ends them with their parent",
						packages: { apt: "util-linux", dnf: "util-linux", brew: null },
						forBuilding: false,
					},
				]
			: []),
		{
			name: "cpio",
			program: "cpio",
			purpose: "packs the guest's first files",
			packages: { apt: "cpio", dnf: "cpio", brew: null },
			forBuilding: false,
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
			purpose: "orders the guest's kernel modules",
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
	];
}

/** The requirements that this computer does not meet. */
export async function missingRequirements(): Promise<Requirement[]> {
	const found = await Promise.all(
		requirements().map(async (requirement) => ({ requirement, there: await isInstalled(requirement.program) })),
	);
	return found.filter(({ there }) => !there).map(({ requirement }) => requirement);
}

/** The exact command that installs what a requirement, or several, name on this system. */
export function installCommand(...names: string[]): string {
	const wanted = requirements().filter(({ name }) => names.includes(name));
	const manager = process.platform === "darwin" ? "brew" : "apt";
	const packages = wanted.flatMap((requirement) => requirement.packages[manager]?.split(" ") ?? []);
	if (manager === "brew") return `brew install ${packages.join(" ")}`;
	const sudo = process.getuid?.() === 0 ? "" : "sudo ";
	return `${sudo}apt-get install --yes --no-install-recommends ${packages.join(" ")}`;
}

// The sbin directories are not in an ordinary user's PATH on Debian.
async function isInstalled(program: string): Promise<boolean> {
	const PATH = `${process.env["PATH"]}:/usr/sbin:/sbin`;
	return promisify(execFile)("sh", ["-c", 'command -v "$1"', "sh", program], { env: { ...process.env, PATH } }).then(
		() => true,
		() => false,
	);
}
