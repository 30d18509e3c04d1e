/** What a lesson's check.ts may use of the harness. */
export {
	type Check,
	type Context,
	called,
	defineCheck,
	type Explanation,
	type FactRule,
	mountOf,
	nothingButTheCommand,
	refused,
	type Scenario,
	unsharedInChild,
} from "./check.ts";
export { type FactValue, hostMounts, isShared } from "./facts.ts";
