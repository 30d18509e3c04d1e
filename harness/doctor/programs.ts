import { qemuVersion } from "../vm/computer/qemu-program.ts";
import { installCommand, missingRequirements, type Requirement, requirements } from "../vm/computer/requirements.ts";
import { cachedParts } from "../vm/image/image.ts";
import type { DoctorLine } from "./doctor-line.ts";

const BRING_AN_IMAGE =
	"bring an image: on Debian or Ubuntu npx drydock image export FILE, here npx drydock image import FILE";

/**
 * Node, QEMU, and the other programs that drydock runs. Programs that are needed only to build the image are left out
 * if the cache has an image.
 */
export async function programLines(): Promise<DoctorLine[]> {
	const { building } = await cachedParts();
	const needs: Requirement["need"][] = building ? ["running", "building"] : ["running"];
	const missing = await missingRequirements(needs);
	const needed = requirements().filter(({ need }) => needs.includes(need));
	const absent = needed.filter(({ name }) => missing.some((requirement) => requirement.name === name));
	const [qemu, tools] = [absent.filter(isQemu), absent.filter((requirement) => !isQemu(requirement))];
	const there = needed.filter((requirement) => !isQemu(requirement)).map(({ program }) => program);
	return [
		{ name: "Node", state: "good", fact: `${process.version} on ${process.platform}/${process.arch}` },
		qemu.length > 0 ? missingLine("QEMU", qemu) : { name: "QEMU", state: "good", fact: await qemuVersion() },
		tools.length > 0 ? missingLine("tools", tools) : { name: "tools", state: "good", fact: there.join(", ") },
	];
}

const isQemu = ({ name }: Requirement) => name === "qemu";

function missingLine(name: string, absent: readonly Requirement[]): DoctorLine {
	const fact = `missing: ${absent.map(({ program, purpose }) => `${program} (${purpose})`).join(", ")}`;
	return { name, state: "bad", fact, mend: mendOf(absent) };
}

// Some programs that build the image exist only on Debian and Ubuntu. Elsewhere, the user imports an image.
function mendOf(absent: readonly Requirement[]): string {
	const command = installCommand(...absent.map(({ name }) => name));
	const elsewhere = absent.some(({ packages }) => packages.dnf === null) ? [BRING_AN_IMAGE] : [];
	if (process.platform !== "linux")
		return absent.every(({ packages }) => packages.brew === null) ? BRING_AN_IMAGE : [command, ...elsewhere].join("; ");
	const dnf = absent.flatMap(({ packages }) => packages.dnf ?? []);
	const fedora = dnf.length > 0 ? [`sudo dnf install ${dnf.join(" ")}`] : [];
	return `${command}   (elsewhere: ${[...fedora, ...elsewhere].join("; ")})`;
}
