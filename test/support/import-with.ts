import { afterAll, vi } from "vitest";

/**
 * Imports modules that read environment variables when they are loaded. Loads them, and all that they import, once
 * more with these variables. Test files share a process, so the variables and the modules are undone after the file.
 * @param variables are set until the end of the test file
 */
export async function importWith<T>(variables: Readonly<Record<string, string>>, load: () => Promise<T>): Promise<T> {
	for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
	vi.resetModules();
	afterAll(() => {
		vi.unstubAllEnvs();
		vi.resetModules();
	});
	return load();
}
