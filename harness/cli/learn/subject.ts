import { Failure } from "../../base/failure.ts";
import type { Subject } from "../../learner/subject.ts";

/** @throws {Failure} usage: more than one is meant */
export function onlyOne({ solution, skeleton, file }: Subject, command: string): void {
	if ([solution, skeleton, file].filter(Boolean).length > 1)
		throw new Failure("usage", "--solution, --skeleton and --file exclude each other", `npx drydock help ${command}`);
}
