/** What a lesson's check.ts may use of the harness. */
export type { Entry, HostState, LedgerCall, Mount, Observation, ProcessState, Step } from "../protocol.ts";
export {
	BOX,
	type Check,
	type Context,
	called,
	calledElsewhere,
	commandAt,
	commandRefused,
	DURING,
	defineCheck,
	type Explanation,
	type FactRule,
	mountOf,
	nothingButTheCommand,
	refused,
	type Scenario,
	unsharedInChild,
} from "./check.ts";
export { type Demo, type DemoStep, defineDemo } from "./demo.ts";
export { type Drawn, type Facts, type FactValue, hostMounts, isShared, nameOf } from "./facts.ts";
