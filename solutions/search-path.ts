import { lstatSync } from "node:fs";

const SEARCH_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Finds a command by its bare name, as a shell does and execve does not.
 * @param command its name or path, and its arguments
 * @param roots the directories that make up the container's root
 * @returns the same with the command's path in the container; unchanged if there is none
 */
export function onSearchPath(command: [string, ...string[]], roots: readonly string[]): [string, ...string[]] {
	const [name, ...args] = command;
	if (name.includes("/")) return command;
	// A symbolic link may lead to what is there only from inside.
	const isThere = (path: string) =>
		roots.some((root) => lstatSync(`${root}${path}`, { throwIfNoEntry: false }) !== undefined);
	return [SEARCH_PATH.map((dir) => `${dir}/${name}`).find(isThere) ?? name, ...args];
}
