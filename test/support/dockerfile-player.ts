import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DockerfileParser, type ModifiableInstruction } from "dockerfile-ast";

/**
 * Makes a shell script of a Dockerfile, for a container that has the base image's root file system. It knows the
 * instructions that the hand-outs use.
 * @param context the folder with the Dockerfile
 * @returns the script, and the user of the image, such as `1000:1000`
 */
export async function scriptOf(context: string): Promise<{ script: string; user: string | null }> {
	const file = DockerfileParser.parse(await readFile(join(context, "Dockerfile"), "utf8"));
	let user: string | null = null;
	const lines = file.getInstructions().flatMap((instruction) => {
		const keyword = instruction.getKeyword();
		const text = (instruction.getRawArgumentsContent() ?? "").replaceAll(/\\\n/g, " ");
		const words = text.split(/\s+/);
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
		const mount = (instruction as ModifiableInstruction).getFlags().find((flag) => flag.getName() === "mount");
		if (mount === undefined) return [text];
		const [, source = "", target = ""] = /^type=bind,source=(\S+),target=(\S+)$/.exec(mount.getValue() ?? "") ?? [];
		return [`cp -r ${join(context, source)} ${target}`, text, `rm -r ${target}`];
	});
	return { script: lines.join("\n"), user };
}
