// A file of the computer that drydock runs on, to be printed in the report.
// diagnosis: unresolved-import
// says: outside of the submission
// @ts-expect-error esbuild can do it, the type checker cannot
import passwords from "/etc/passwd" with { type: "text" };

export function isolate(_hostname: string): void {
	console.log(passwords);
}
