import { cpus, loadavg } from "node:os";
import type { Template } from "./template.ts";

/** How many stages may use all of their budget in one run. */
const STAGES_AT_MOST = 4;
/**
 * The most by which a busy computer lengthens a deadline. So even on such a computer, a run that hangs is given up
 * after some minutes.
 */
const BUSY_DEADLINE_FACTOR_MAX = 12;
/**
 * The most by which a busy computer raises a budget. The same work takes more processor time there, because others use
 * the processor's caches.
 */
const BUSY_BUDGET_FACTOR_MAX = 1.5;

/** All limits are derived from how long the guest took to boot: a slow computer gets more time. */
type Booted = Pick<Template, "bootMs">;

/**
 * How long a piece of work in a machine may take on this computer, in milliseconds. Depends on how long the guest took
 * to boot, and on the current load.
 */
export function deadlineFor({ bootMs }: Booted): number {
	// Generous, because only work that hangs waits for the deadline, and a correct exercise must not reach it on a busy
	// computer.
	return Math.round((3_000 + bootMs * 0.75) * Math.min(BUSY_DEADLINE_FACTOR_MAX, busyFactor()));
}

/** How many processes want to run for each processor; at least 1. */
function busyFactor(): number {
	const [load = 0] = loadavg();
	return Math.max(1, load / cpus().length);
}

/** How much processor time a run may use, in milliseconds. */
export interface ProcessorBudget {
	/** All of the run. */
	runMs: number;
	/** Each of its stages, such as a step of the scenario. For the other stages, see `stageEnded` in guest-frame.ts. */
	stageMs: number;
}

/**
 * How much processor time a run may use on this computer. A loop without end would otherwise work until the deadline,
 * which is far away on a busy computer.
 *
 * A loop stays in one stage. So a stage has a budget of its own, almost three times what the longest stage of a right
 * answer uses. An engine that does not sleep while its command waits is no right answer: lesson 01 says so.
 */
export function processorBudget({ bootMs }: Booted): ProcessorBudget {
	const stageMs = Math.round((1_250 + bootMs / 6) * Math.min(BUSY_BUDGET_FACTOR_MAX, busyFactor()));
	return { runMs: stageMs * STAGES_AT_MOST, stageMs };
}
