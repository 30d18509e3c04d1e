import { cpus } from "node:os";

/**
 * Does the same work for each item, as many at a time as there are processors.
 * @returns at once: a promise for each item, in their order
 */
export function sideBySide<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R>[] {
	let free = cpus().length;
	const waiting: (() => void)[] = [];
	return items.map((item) => {
		const result = turn().then(() => work(item));
		const done = result.finally(() => {
			free += 1;
			waiting.shift()?.();
		});
		// Who awaits them one after the other may never come to the second that fails.
		done.catch(() => {});
		return done;
	});

	async function turn(): Promise<void> {
		if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
		free -= 1;
	}
}
