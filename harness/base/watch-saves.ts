import { dirname } from "node:path";
import { watch } from "chokidar";

/** An editor may write a file in several steps. Changes within this time count as one save. */
const SAVE_MS = 30;
const POLL_MS = 250;

/** A watcher of files. */
export interface SaveWatcher {
	close(): Promise<void>;
}

/**
 * Calls `saved` whenever the module `file`, or another module in its directory, is saved.
 * @param poll whether to check the files at intervals: some mounts do not report changes
 */
export function watchSaves(file: string, saved: () => void, { poll = false } = {}): SaveWatcher {
	const files = watch(dirname(file), {
		...{ ignoreInitial: true, depth: 0, usePolling: poll, interval: POLL_MS },
		ignored: (path, stats) => stats?.isFile() === true && !path.endsWith(".ts"),
	});
	let due: NodeJS.Timeout | undefined;
	files.on("all", (event) => {
		if (event !== "add" && event !== "change") return;
		clearTimeout(due);
		due = setTimeout(saved, SAVE_MS);
	});
	return {
		close: () => {
			clearTimeout(due);
			return files.close();
		},
	};
}
