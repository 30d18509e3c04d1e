/** Returns what `read` returns, or `otherwise` if `read` throws: the file or process may be gone by then. */
export function unlessGone<T>(read: () => T, otherwise: T): T {
	try {
		return read();
	} catch {
		return otherwise;
	}
}
