// diagnosis: ring-of-libraries
// Asks each library again whenever somebody needs it: of two that need one another, without end.
import { imageWith, onPath } from "../../support/image.ts";

export const { buildImage, openImage, needs, gather } = imageWith({
	gather(programs, needs) {
		const found: Record<string, string> = {};
		const visit = (file: string): void => {
			const { interpreter, libraries } = needs(file);
			for (const name of libraries) if (onPath(name) === undefined) throw new Error(`${name} is nowhere`);
			const paths = libraries.map((name) => onPath(name) as string);
			for (const path of interpreter === null ? paths : [interpreter, ...paths]) {
				found[path] = path;
				visit(path);
			}
		};
		for (const program of programs) visit(program);
		return found;
	},
});
