/** The part of the harness that a lesson's check.ts and demo.ts may import. */
export type {
	Answer,
	Archive,
	Entry,
	HostState,
	ImageReading,
	LedgerCall,
	Mount,
	Observation,
	Preparation,
	ProcessState,
	Question,
	Step,
} from "../protocol/index.ts";
export { CAPABILITIES, capabilitiesIn, capabilityName } from "../readings/capability-names.ts";
export { mountsOfHost } from "../readings/mounts.ts";
export { programName } from "../readings/tasks.ts";
export {
	BOX,
	type Check,
	type Context,
	called,
	calledOnlyInChildren,
	commandAt,
	commandRefused,
	DURING,
	defineCheck,
	EARLY_END,
	EXIT_CODE,
	type Explanation,
	exitCodeOf,
	FAILED_START,
	type FactGroup,
	type FactRule,
	isCommandsExecve,
	type MadeOf,
	mountOf,
	type Part,
	type Primary,
	type Rootfs,
	refused,
	type Scenario,
	unsharedInChild,
} from "./check.ts";
export { enginePlace, inputTaken, processesLeft } from "./common.ts";
export { type Demo, type DemoStep, defineDemo } from "./demo.ts";
export { endingChangedByFork } from "./endings.ts";
export { hasEnded, howItEnded, isShared, taskIdentity } from "./facts.ts";
export { hostFiles, placeOnHost, rootOf, samePlace } from "./host-files.ts";
export { noSecrets, secretsFound, secretsOf, writeSecrets } from "./secrets.ts";
export type { Facts, FactValue, RandomInputs } from "./values.ts";
