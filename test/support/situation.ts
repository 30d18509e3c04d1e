import { chmod, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDir, exists } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";
import { cachedImage, cachedParts } from "../../harness/vm/image/image.ts";
import { cachedTemplate } from "../../harness/vm/template.ts";
import type { Temporary } from "./temporary.ts";

/** A state in which drydock's cache and the computer can be, and commands with their results in this state. */
export interface Situation {
	name: string;
	/**
	 * Shell commands that make the state. They run as root.
	 *   `$BUILT`  a complete cache, from {@link copyCache}, which must not be changed
	 *   `$CACHE`  the cache that drydock uses in this situation; empty at first
	 *   `$STAGE`  a directory for other files, with the empty directories `upper` and `work` for an overlay
	 *   `$FILES`  the directory above `$BUILT` and `$STAGE`; `$FILES/kit` is the kit
	 *   `$USER`   the id of an ordinary user
	 */
	setUp: string;
	/**
	 * Shell commands to run in order, with the same variables. `$DRYDOCK` starts drydock; `user` runs its arguments as
	 * the ordinary user.
	 */
	commands: readonly Command[];
}

/** A shell command, and what it must do. */
export interface Command {
	run: string;
	/** The exit code. */
	code: number;
	/** The output must match this pattern. */
	says?: RegExp;
}

/** The exit code of a command, and its standard output and error together. */
export interface CommandOutput {
	code: number;
	output: string;
}

/** The id of the ordinary user in a situation: one that hardly any computer has given to somebody. */
export const USER = 59_735;

/**
 * Copies what one check needs from the cache: the image, its snapshot, the measurements of the reference solutions, and
 * which accelerators have failed on this computer.
 * @param target the directory to copy to; it need not exist
 */
export async function copyCache(target: string): Promise<void> {
	const image = await cachedImage();
	const saved = image === null ? null : await cachedTemplate(image);
	if (image === null || saved === null) throw new Error("there is no cache to be copied");
	const { base, library } = await cachedParts();
	const $ = await zx();
	const guestPrograms = dirname(image.initrd);
	const [references, accelerators] = ["references", "accelerators"].map((kind) => join(cacheDir, kind));
	for (const dir of [base, library, guestPrograms, saved.template.dir, references, accelerators]) {
		// Some are missing: accelerators, for example, if none has failed on this computer.
		if (dir === undefined || !(await exists(dir))) continue;
		const copy = join(target, dir.slice(cacheDir.length));
		await mkdir(dirname(copy), { recursive: true });
		// cp copies holes as holes.
		await $`cp -a --reflink=auto ${dir} ${copy}`;
	}
}

/**
 * Sets up a situation in new mount and network namespaces, and runs its commands there.
 * @param files a directory in which the caller has made `built` with {@link copyCache}; gets mode 755, so that every
 * user may enter it
 * @returns the result of each command
 */
export async function runSituation({ setUp, commands }: Situation, files: Temporary): Promise<CommandOutput[]> {
	const script = await files.write(
		"situation.sh",
		SET_UP + setUp + commands.map(({ run }, at) => commandScript(run, at)).join(""),
	);
	await chmod(files.dir, 0o755);
	const $ = await zx();
	const { ok, stderr } = await $({ nothrow: true })`unshare --mount --net --propagation private \
		sh ${script} ${files.dir} ${inKit(".")} ${String(USER)}`;
	if (!ok) throw new Error(`the situation could not be made:\n${stderr}`);
	const read = (name: string) => readFile(join(files.dir, name), "utf8");
	return Promise.all(
		commands.map(async (_, at) => ({ code: Number(await read(`code.${at}`)), output: await read(`output.${at}`) })),
	);
}

// The kit is mounted where every user may enter, with another directory over its compiled modules, so that the real
// ones stay unchanged. Everything else that the situation writes goes to
// a tmpfs, which disappears with its namespace.
const SET_UP = `set -eu
FILES=$1 KIT=$2 USER=$3
mkdir -p $FILES/kit $FILES/compiled $FILES/stage
mount -t tmpfs -o mode=755 none $FILES/stage
mount --bind "$KIT" $FILES/kit
mount --bind $FILES/compiled $FILES/kit/node_modules/.cache
BUILT=$FILES/built STAGE=$FILES/stage CACHE=$FILES/stage/cache HOME=$FILES/stage/home
mkdir $CACHE $HOME $STAGE/work $STAGE/upper
chown $USER:$USER $HOME
DRYDOCK="node $FILES/kit/harness/cli/bin.js"
export HOME DRYDOCK_CACHE=$CACHE
user() { setpriv --reuid=$USER --regid=$USER --clear-groups "$@"; }
cd $HOME
`;

const commandScript = (run: string, at: number) => `
code=0; (${run}) >$FILES/output.${at} 2>&1 </dev/null || code=$?; echo $code >$FILES/code.${at}
`;
