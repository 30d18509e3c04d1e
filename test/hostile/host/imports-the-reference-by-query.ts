// Attempts: the reference itself, by a path that does not end as a module does.
// diagnosis: unresolved-import
// says: outside of the submission
// @ts-expect-error there is no such file for the type checker
export { isolate } from "../../../solutions/02-unshare/isolate.ts?x";
