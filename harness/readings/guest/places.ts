import { readFileId } from "./file-id.ts";
import { HARBOUR_ROOT } from "./paths.ts";
import type { ProcessReading } from "./process-reading.ts";
import type { Reader } from "./reader.ts";

export const places: Reader<"places"> = ({ paths = [], secrets = [] } = {}) => {
	const named = ["/", ...paths, ...secrets.map((path) => `/${path}`)];
	return {
		host: () => ({ places: Object.fromEntries(named.map((path) => [path, readFileId(`${HARBOUR_ROOT}${path}`)])) }),
		process: (process) => ({ secrets: secrets.length === 0 ? [] : findSecrets(process, secrets) }),
	};
};

// Secrets are files of the host, named by their paths relative to the host's root. Looks for these paths in the
// process's root and in everything that is mounted there, and returns the paths that exist. Does not compare devices:
// an overlay on a directory of the host has the directory's files, but a device of its own.
function findSecrets({ pid, mounts }: ProcessReading, secrets: readonly string[]): string[] {
	const places = [...new Set(["/", ...mounts.map(({ mountPoint }) => mountPoint)])];
	const paths = places.flatMap((place) => secrets.map((secret) => `${place === "/" ? "" : place}/${secret}`));
	return paths.filter((path) => readFileId(`/proc/${pid}/root${path}`) !== null);
}
