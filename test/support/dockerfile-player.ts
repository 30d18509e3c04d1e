import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DockerfileParser, type ModifiableInstruction } from "dockerfile-ast";

/**
 * Converts a Dockerfile to a shell script, for a container that has the base image's root file system. Knows only the
 * instructions and flags that the hand-outs use.
 * @param context the folder with the Dockerfile
 * @throws {Error} the Dockerfile has another instruction or flag
 * @returns the script, and the user of the image, such as `1000:1000`; null if the Dockerfile names none
 */
export async function scriptOf(context: string): Promise<{ script: string; user: string | null }> {
	const file = DockerfileParser.parse(await readFile(join(context, "Dockerfile"), "utf8"));
	let user: string | null = null;
	const lines = file.getInstructions().flatMap((instruction) => {
		const keyword = instruction.getKeyword();
		const text = (instruction.getRawArgumentsContent() ?? "").replaceAll(/\\\n/g, " ");
		const words = text.split(/\s+/);
		const flags = "getFlags" in instruction ? (instruction as ModifiableInstruction).getFlags() : [];
		const mount = keyword === "RUN" ? flags.find((flag) => flag.getName() === "mount") : undefined;
		const unknown = flags.find((flag) => flag !== mount);
		if (unknown !== undefined) throw new Error(`the player does not know ${keyword} ${unknown}`);
		if (keyword === "FROM") return [];
		if (keyword === "USER") {
			user = text;
			return [];
		}
		if (keyword === "COPY") {
			const target = words.pop() ?? "";
			return [
				target.endsWith("/") ? `mkdir -p ${target}` : ":",
				`cp -r ${words.map((word) => join(context, word)).join(" ")} ${target}`,
			];
		}
		if (keyword !== "RUN") throw new Error(`the player does not know the instruction ${keyword}`);
		if (mount === undefined) return [text];
		const [, source, target] = /^type=bind,source=([^\s,]+),target=([^\s,]+)$/.exec(mount.getValue() ?? "") ?? [];
		if (source === undefined || target === undefined) throw new Error(`the player does not know RUN ${mount}`);
		return [`cp -r ${join(context, source)} ${target}`, text, `rm -r ${target}`];
	});
	return { script: lines.join("\n"), user };
}
