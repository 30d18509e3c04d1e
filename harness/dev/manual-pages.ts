const PAGE = /(?<![\w.-])[A-Za-z_][\w.+-]*\([1-8](?:const)?\)/g;

/** The manual pages that a text names, such as `mount_namespaces(7)`. */
export function pagesIn(text: string): string[] {
	return [...new Set(text.match(PAGE) ?? [])];
}
