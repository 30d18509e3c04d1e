import type { AskedOf, EntriesOf, SubjectName } from "../index.ts";
import type { Read } from "../subject.ts";
import type { Beside, Machine } from "./machine.ts";
import type { Process } from "./process.ts";

/**
 * How a subject is read; called once for a run or a stage.
 * @param asked what is asked for beside what is always read; undefined for nothing
 * @param changed to be called when something has changed that is not read at once
 */
export type Reader<Name extends SubjectName> = (asked: AskedOf<Name> | undefined, changed: () => void) => Reads<Name>;

/** `host` and `process` throw when what they read has gone meanwhile: ENOENT or ESRCH. */
type Reads<Name extends SubjectName> = Part<"host", Machine, Name> & Part<"process", Process, Name> & Moving;

/** Only of what moves although nobody says a word. */
export interface Moving {
	/** A text that is another when something has moved; it costs little. */
	hint?: (beside: readonly Beside[]) => string;
}

type Part<Key extends "host" | "process", From, Name extends SubjectName> = keyof EntriesOf<Name, Key> extends never
	? { [K in Key]?: undefined }
	: { [K in Key]: (from: From) => Read<EntriesOf<Name, Key>> };
