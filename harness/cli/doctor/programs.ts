import { inCache } from "../../vm/image.ts";
import { qemuVersion } from "../../vm/program.ts";
import { installCommand, missingRequirements, type Requirement, requirements } from "../../vm/requirements.ts";
import type { Line } from "./line.ts";

const BRING_AN_IMAGE =
	"on a Debian or Ubuntu computer: npx drydock image export FILE; here: npx drydock image import FILE";

/** Node, QEMU, and the programs that build the image: what is there in one line, what is missing each in its own. */
export async function programLines(): Promise<Line[]> {
	const [{ building }, missing] = await Promise.all([inCache(), missingRequirements()]);
	const isMissing = ({ name }: Requirement) => missing.some((other) => other.name === name);
	const tools = requirements().filter((requirement) => requirement.name !== "qemu" && !isMissing(requirement));
	const qemu = requirements().some((requirement) => requirement.name === "qemu" && !isMissing(requirement));
	return [
		{ name: "Node", state: "good", fact: `${process.version} on ${process.platform}/${process.arch}` },
		...(qemu ? [{ name: "QEMU", state: "good" as const, fact: await qemuVersion() }] : []),
		...(tools.length > 0
			? [{ name: "tools", state: "good" as const, fact: tools.map(({ program }) => program).join(", ") }]
			: []),
		...missing.map((requirement) => missingLine(requirement, building)),
	];
}

function missingLine({ name, program, purpose, forBuilding, packages }: Requirement, building: boolean): Line {
	const fact = `${program} is missing: it ${purpose}`;
	if (forBuilding && !building)
		return { name, state: "good", fact: `${program} is not here, and not needed: there is an image` };
	if (process.platform === "linux")
		return { name, state: "bad", fact, mend: linuxMend(name, packages.dnf, forBuilding) };
	if (forBuilding) return { name, state: "bad", fact, mend: BRING_AN_IMAGE };
	return { name, state: "bad", fact, mend: installCommand(name) };
}

function linuxMend(name: string, dnf: string | null, forBuilding: boolean): string {
	const apt = installCommand(name);
	if (dnf !== null) return `${apt}   (Fedora: sudo dnf install ${dnf})`;
	return forBuilding ? `${apt}   (elsewhere, ${BRING_AN_IMAGE})` : apt;
}
