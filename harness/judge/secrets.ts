import type { Observation, Preparation } from "../protocol/index.ts";
import { commandAt, DURING, type FactRule } from "./check.ts";
import type { FactValue } from "./values.ts";

/**
 * Files of the host's that nobody knows before the run: where a command finds one of them, it has the host's files, by
 * whatever mount. An overlay of the host's root is a file system of its own, and no line of a mount table says whose files
 * are in it.
 */

/** In which of the host's directories they lie. */
const DIRECTORIES = ["", "etc/", "lab/", "root/"] as const;

/** Their paths, relative to the host's root. @param name what all of them are called: a drawn name */
export const secretsOf = (name: string): string[] => DIRECTORIES.map((directory) => `${directory}${name}`);

/** Makes them. */
export const writeSecrets = (name: string): Preparation[] =>
	secretsOf(name).map((path) => ({ do: "write", path: `/${path}`, text: name }));

/** Which of them the command finds. One that is not on the host any more cannot be looked for. */
export function secretsFound(observation: Observation, name: string): Record<string, FactValue> {
	const process = commandAt(observation, DURING);
	if (process === null) return {};
	const places = observation.moments[DURING]?.host.places ?? {};
	const gone = secretsOf(name).filter((path) => (places[`/${path}`] ?? null) === null);
	return { "command.secrets": [...process.secrets, ...gone.map((path) => `/${path} is gone from the host`)] };
}

/** That it finds none. Where its root is another one, or one of the host's mounts is seen, that is why. */
export const noSecrets: FactRule = {
	fact: "command.secrets",
	madeOf: "kernel",
	what: "files of the host's that the command finds",
	follows: ({ facts }) => facts["command.root"] !== "the rootfs" || String(facts["command.mounts.host"]) !== "",
	explain: [
		{
			diagnosis: "host-files-in-root",
			why: "These files were made on the host before the run, with a name that nobody knew, and the command has them: in its root, or in something that is mounted there. Possible cause: an overlay with a directory of the host's among its layers. It is a file system of its own, and no line of the mount table shows the host's, but all of the layer's files are in it.",
			try: "Take nothing into the root but what is in the rootfs.",
			see: ["path_resolution(7)", "mount(2)"],
		},
	],
};
