import { Failure } from "../../base/failure.ts";
import type { Subject } from "../../learner/subject.ts";

/** Allows at most one of --solution, --skeleton and --file. @throws {Failure} usage: more than one is given */
export function onlyOne({ solution, skeleton, file }: Subject, command: string): void {
	if ([solution, skeleton, file].filter(Boolean).length > 1)
		throw new Failure("usage", "--solution, --skeleton and --file exclude each other", `npx drydock help ${command}`);
}
