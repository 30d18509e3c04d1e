import { cpus, loadavg } from "node:os";
import type { Template } from "./template.ts";

/** How long work in a machine may take. A slow computer takes long to boot, and gets more time. */
type Booted = Pick<Template, "bootMs">;

/** The deadline for a piece of work on this computer: from how long the guest takes to boot, and the current load. */
export function deadlineFor({ bootMs }: Booted): number {
	const [load = 0] = loadavg();
	const busy = Math.min(4, Math.max(1, load / cpus().length));
	// Generous, because only work that hangs waits for the deadline, and a correct exercise must not reach it on a busy
	// computer.
	return Math.round((3_000 + bootMs * 0.75) * busy);
}

/**
 * How much processor time a run may use on this computer, in milliseconds. A loop without end would otherwise work
 * until the deadline, which is far away on a busy computer. The largest correct exercise that we know uses half of it,
 * and less than two thirds on a busy computer.
 */
export const processorBudgetMs = ({ bootMs }: Booted): number => Math.round(2_500 + bootMs / 3);
