import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The kit's own directory. */
export const kitDir = fileURLToPath(new URL("../../", import.meta.url));

/** A path in the kit, such as `inKit("lessons", "02-unshare")`. */
export const inKit = (...parts: string[]): string => join(kitDir, ...parts);

/**
 * Replaces Windows line ends by Unix ones. Git, configured as on Windows, writes CRLF into a checkout, and so do some
 * editors.
 */
export const withUnixLines = (text: string): string => text.replaceAll("\r\n", "\n");

/** Reads a text file of the kit or of a learner, and replaces Windows line ends by Unix ones. */
export const readText = async (path: string): Promise<string> => withUnixLines(await readFile(path, "utf8"));
