import type { AskedOf, EntriesOf, SubjectName } from "../index.ts";
import type { Read } from "../subject.ts";
import type { Beside, Machine } from "./machine.ts";
import type { Process } from "./process.ts";

/**
 * Makes the functions that read a subject. Called once for a run or a stage.
 * @param asked what to read in addition to what is always read; undefined for nothing
 * @param changed to be called when a reading that is made in the background has changed
 */
export type Reader<Name extends SubjectName> = (asked: AskedOf<Name> | undefined, changed: () => void) => Reads<Name>;

/** `host` and `process` throw ENOENT or ESRCH if what they read is gone meanwhile. */
type Reads<Name extends SubjectName> = Part<"host", Machine, Name> & Part<"process", Process, Name> & Moving;

/** Only for subjects that change by themselves, without any command. */
export interface Moving {
	/** A text that is different when something has changed. It is cheap to read. */
	hint?: (beside: readonly Beside[]) => string;
}

type Part<Key extends "host" | "process", From, Name extends SubjectName> = keyof EntriesOf<Name, Key> extends never
	? { [K in Key]?: undefined }
	: { [K in Key]: (from: From) => Read<EntriesOf<Name, Key>> };
