import type { Preparation } from "../../harness/judge/index.ts";

/**
 * Programs that the exercise should not use. The lesson's text names ldd and readelf; the others could be used in their
 * place. Each is replaced by a script that notes that it was started, and fails.
 * The exercise could write such a note itself, so the note explains a failure and never causes one.
 */

const TOOLS = ["readelf", "objdump", "ldd", "file"];
/** The directory with a file for each program that was started. */
export const TOOLS_STARTED = "/run/tools-started";

const SCRIPT = `#!/bin/sh
mkdir -p ${TOOLS_STARTED} && : > "${TOOLS_STARTED}/\${0##*/}"
echo "$0 is not on this host: read the file's bytes yourself" >&2
exit 127
`;

/** @param root a directory whose usr later covers the host's /usr */
export const replaceTools = (root: string): Preparation[] =>
	TOOLS.map((tool) => ({ do: "write", path: `${root}/usr/bin/${tool}`, text: SCRIPT, mode: 0o755 }));
