import type { Observation, Preparation } from "../protocol/index.ts";
import { commandAt, DURING, type FactRule } from "./check.ts";
import type { FactValue } from "./values.ts";

/**
 * Files on the host with a name that is drawn for the run. If a command finds one of them, it can reach the host's
 * files, whatever mount leads there. This detects even an overlay of the host's root: the overlay is a file system with
 * a device of its own, and the mount table does not show whose files are in it.
 */

/** Directories of the host that get such a file, relative to the host's root. */
const DIRECTORIES = ["", "etc/", "lab/", "root/"] as const;

/** Follows the path of a file that is gone. */
const GONE = " is gone from the host";

/** Paths of the files, relative to the host's root. @param name the drawn name of all files */
export const secretsOf = (name: string): string[] => DIRECTORIES.map((directory) => `${directory}${name}`);

/** The preparations that create the files. */
export const writeSecrets = (name: string): Preparation[] =>
	secretsOf(name).map((path) => ({ do: "write", path: `/${path}`, text: name }));

/**
 * The fact `command.secrets`: the files that the command finds. A file that is gone from the host is listed, too,
 * because no search could find it. There is no such fact if the command was not running.
 */
export function secretsFound(observation: Observation, name: string): Record<string, FactValue> {
	const process = commandAt(observation, DURING);
	if (process === null) return {};
	const places = observation.moments[DURING]?.host.places ?? {};
	const gone = secretsOf(name).filter((path) => (places[`/${path}`] ?? null) === null);
	return { "command.secrets": [...process.secrets, ...gone.map((path) => `/${path}${GONE}`)] };
}

/**
 * The rule that the command finds none of the files. If the command's root is wrong, or the command sees a mount of the
 * host, the finding about that is the cause.
 */
export const noSecrets: FactRule = {
	fact: "command.secrets",
	madeOf: "kernel",
	what: "files of the host's that the command finds",
	isConsequence: ({ facts }) => facts["command.root"] !== "the rootfs" || String(facts["command.mounts.host"]) !== "",
	explain: [
		{
			when: ({ facts }) => [facts["command.secrets"] ?? []].flat().every((text) => String(text).endsWith(GONE)),
			diagnosis: "host-files-in-root",
			why: "The check made these files on the host before the run, and no longer finds them there. Either they were removed, or the host has a new mount over their directory.",
			try: "Leave the host's files alone, and mount nothing over the host's directories.",
			see: ["path_resolution(7)", "mount(2)"],
		},
		{
			diagnosis: "host-files-in-root",
			why: "The check made these files on the host before the run, with a random name, and the command finds them: in its root, or in something that is mounted there. Possible cause: an overlay with a directory of the host among its layers. The overlay is a file system of its own, so the mount table does not show the host's, but all files of the layer are in it.",
			try: "Let the root contain only what is in the rootfs.",
			see: ["path_resolution(7)", "mount(2)"],
		},
	],
};
