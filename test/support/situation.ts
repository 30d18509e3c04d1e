import { chmod, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDir, exists } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";
import { cachedImage, cachedParts } from "../../harness/vm/image/image.ts";
import { cachedTemplate } from "../../harness/vm/template.ts";
import type { Temporary } from "./temporary.ts";

/** A computer as people really have it, and commands to run on it. */
export interface Situation {
	name: string;
	/** Shell commands that set up the situation as root. `$CACHE` is drydock's cache directory. */
	setUp: string;
	/** Shell commands to run in order. `$DRYDOCK` starts drydock; `user` runs its arguments as an ordinary user. */
	commands: readonly Command[];
}

export interface Command {
	run: string;
	code: number;
	/** The output must match this pattern. */
	says?: RegExp;
}

/** The exit code and the output of a command. */
export interface CommandResult {
	code: number;
	output: string;
}

/** A user id that no system has assigned. */
export const USER = 59_735;

/**
 * Copies what one check needs from the cache: the image, its snapshot, and earlier measurements.
 * @param target the directory to copy to; it need not exist
 */
export async function copyCache(target: string): Promise<void> {
	const image = await cachedImage();
	const saved = image === null ? null : await cachedTemplate(image);
	if (image === null || saved === null) throw new Error("there is no cache to be copied");
	const { base, library } = await cachedParts();
	const $ = await zx();
	const kit = dirname(image.initrd);
	const [references, accelerators] = ["references", "accelerators"].map((kind) => join(cacheDir, kind));
	for (const dir of [base, library, kit, saved.template.dir, references, accelerators]) {
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
 * @param files a directory that every user may enter; its `built` is a cache that is never changed
 */
export async function runSituation({ setUp, commands }: Situation, files: Temporary): Promise<CommandResult[]> {
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
// ones stay unchanged. The situation writes to a tmpfs, which disappears with its namespace.
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
