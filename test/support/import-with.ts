import { afterAll, vi } from "vitest";

/**
 * Imports modules that read environment variables when they are loaded. Loads them, and all that they import, once
 * more with these variables. After the test file, restores the variables and forgets the modules, because the next test
 * file runs in the same process.
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
