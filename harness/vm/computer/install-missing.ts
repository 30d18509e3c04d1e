import { createInterface } from "node:readline/promises";
import { exists } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { unlessInterrupted } from "../../base/interrupt.ts";
import { zx } from "../../base/zx.ts";
import { cachedParts } from "../image/image.ts";
import { installCommand, missingRequirements, type Requirement } from "./requirements.ts";

/**
 * Installs the missing programs through apt. Says what is missing and why, and asks first if a person is at the
 * terminal.
 * @param options.testing also installs what drydock's own tests need
 * @param options.building also installs what building an image needs, even if there is an image
 * @throws {Failure} unsupported: drydock cannot install the programs here, the user declined, or apt-get did not
 * install them; contains the exact command
 */
export async function installMissing({ testing = false, building = false } = {}): Promise<void> {
	const needs = [
		"running",
		...(building || (await cachedParts()).building ? ["building"] : []),
		...(testing ? ["testing"] : []),
	] as Requirement["need"][];
	const missing = await missingRequirements(needs);
	if (missing.length === 0) return;
	const command = installCommand(...missing.map(({ name }) => name));
	printMissing(missing);
	if (!(await canInstall())) throw new Failure("unsupported", "these programs are missing", command);
	if (!(await userAgrees(command))) throw new Failure("unsupported", "nothing was installed", command);
	await install(command);
	const stillMissing = await missingRequirements(needs);
	if (stillMissing.length > 0)
		throw new Failure(
			"unsupported",
			`apt-get ran, but these are still missing: ${stillMissing.map(({ program }) => program).join(", ")}`,
			command,
		);
}

function printMissing(missing: readonly Requirement[]): void {
	process.stderr.write("drydock needs programs that are not installed here:\n");
	for (const { program, purpose } of missing) process.stderr.write(`  ${program.padEnd(22)} ${purpose}\n`);
}

// Root can install. Other users need a sudo that can ask a person for the password, or asks for none.
async function canInstall(): Promise<boolean> {
	if (process.platform !== "linux" || !(await exists("/usr/bin/apt-get"))) return false;
	if (process.getuid?.() === 0) return true;
	if (!(await exists("/usr/bin/sudo"))) return false;
	return process.stdin.isTTY === true || (await sudoAsksNobody());
}

async function userAgrees(command: string): Promise<boolean> {
	process.stderr.write(`this command installs them:\n  ${command}\n`);
	if (!process.stdin.isTTY || process.env["CI"]) return true;
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	try {
		const answer = await unlessInterrupted(terminal.question("install them now? [Y/n] "));
		return /^(y|yes|)$/i.test(answer.trim());
	} finally {
		terminal.close();
	}
}

async function install(command: string): Promise<void> {
	const sudo = command.startsWith("sudo ") ? ["sudo"] : [];
	const aptInstall = command.split(" ").slice(sudo.length);
	const $ = await zx();
	// apt's output goes to stderr, because drydock's own standard output may be JSON.
	const apt = $({ stdio: ["inherit", 2, 2], nothrow: true });
	const { ok } = await unlessInterrupted(
		apt`${sudo} apt-get update -qq && ${sudo} env DEBIAN_FRONTEND=noninteractive ${aptInstall} -qq`,
	);
	if (!ok) throw new Failure("unsupported", "apt-get could not install them (its messages are above)", command);
}

async function sudoAsksNobody(): Promise<boolean> {
	const $ = await zx();
	return (await $({ stdio: "ignore", nothrow: true })`sudo -n true`).ok;
}
