import { lstatSync } from "node:fs";

const SEARCH_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Looks a bare command name up in the search path, as a shell does. execve does not do so.
 * @param command its name or path, and its arguments
 * @param roots the directories that make up the container's root
 * @returns the command with its path in the container; unchanged if the name has a slash or is not found
 */
export function findOnSearchPath(command: [string, ...string[]], roots: readonly string[]): [string, ...string[]] {
	const [name, ...args] = command;
	if (name.includes("/")) return command;
	// lstat, not stat: the target of a symbolic link may exist only for processes in the container.
	const isThere = (path: string) =>
		roots.some((root) => lstatSync(`${root}${path}`, { throwIfNoEntry: false }) !== undefined);
	return [SEARCH_PATH.map((dir) => `${dir}/${name}`).find(isThere) ?? name, ...args];
}
