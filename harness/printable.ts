/**
 * A text without control characters, and without those that turn the direction of writing round: what a submission says
 * could otherwise move the cursor, or worse.
 */
export function printable(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be shown
	return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "�");
}

/** The same of every text in a document, such as a verdict. */
export function allPrintable<T>(document: T): T {
	if (typeof document === "string") return printable(document) as T;
	if (Array.isArray(document)) return document.map(allPrintable) as T;
	if (typeof document !== "object" || document === null) return document;
	return Object.fromEntries(
		Object.entries(document).map(([name, value]) => [printable(name), allPrintable(value)]),
	) as T;
}
