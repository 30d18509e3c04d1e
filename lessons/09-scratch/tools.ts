import type { Preparation } from "../../harness/judge/index.ts";

/**
 * What the text asks to do without. Here each of them only notes that it was started. The exercise could write that note,
 * too, so it explains a failure and never makes one.
 */

const TOOLS = ["readelf", "objdump", "ldd", "file"];
/** A directory with a file for each that was started. */
export const TOOLS_STARTED = "/run/tools-started";

const SCRIPT = `#!/bin/sh
mkdir -p ${TOOLS_STARTED} && : > "${TOOLS_STARTED}/\${0##*/}"
echo "$0 is not on this host: the bytes are enough" >&2
exit 127
`;

/** @param root what is below it is later shown in the place of the host's own files */
export const withoutTools = (root: string): Preparation[] =>
	TOOLS.map((tool) => ({ do: "write", path: `${root}/usr/bin/${tool}`, text: SCRIPT, mode: 0o755 }));
