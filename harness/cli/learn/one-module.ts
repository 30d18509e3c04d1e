import { Failure } from "../../base/failure.ts";
import type { ModuleChoice } from "../../learner/module-choice.ts";

/** Allows at most one of --solution, --skeleton and --file. @throws {Failure} usage: more than one is given */
export function requireOneModule({ solution, skeleton, file }: ModuleChoice, command: string): void {
	if ([solution, skeleton, file].filter(Boolean).length > 1)
		throw new Failure("usage", "--solution, --skeleton and --file exclude each other", `npx drydock help ${command}`);
}
