/** What is read; or what is given instead, when a file or process has gone meanwhile. */
export function unlessGone<T>(read: () => T, otherwise: T): T {
	try {
		return read();
	} catch {
		return otherwise;
	}
}
