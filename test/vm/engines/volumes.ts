import { expect, test } from "vitest";
import { bundle } from "../../../harness/engine/bundle.ts";
import { WHOLE_ENGINE } from "../../../harness/engine/engine-at.ts";
import { commandAt, DURING } from "../../../harness/judge/check.ts";
import type { Preparation } from "../../../harness/protocol/index.ts";
import { machines, PROGRAM, RUNTIMES } from "./machines.ts";

// For lesson 11: other container runtimes get the same volumes, one of them below a link of the image, and must mount
// the same things in the same places.

const TOKEN = "drydock-oracle";
const COMMAND = ["/bin/sh", "-c", 'echo "$0"; read -r _; exit 7', TOKEN];
const ROOTFS = "/lab/web";
const SOURCE = "/srv/source";
/** Where the image's link leads. The host has a directory of that name, too. */
const OUTSIDE = "/srv/outside";

const VOLUMES = [
	{ source: SOURCE, target: "/data/deep", readOnly: false },
	{ source: SOURCE, target: "/look", readOnly: true },
	{ source: `${SOURCE}/file`, target: "/lib/one.so", readOnly: false },
	{ source: SOURCE, target: "/link/new", readOnly: false },
	{ source: null, target: "/scratch", readOnly: false },
];

const CONFIG = {
	ociVersion: "1.0.2",
	process: { terminal: false, user: { uid: 0, gid: 0 }, args: COMMAND, env: ["PATH=/bin"], cwd: "/" },
	root: { path: ROOTFS },
	mounts: [
		{ destination: "/proc", type: "proc", source: "proc" },
		...VOLUMES.map(({ source, target, readOnly }) =>
			source === null
				? { destination: target, type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev"] }
				: // rro is read-only with all mounts below.
					{ destination: target, type: "bind", source, options: ["rbind", "rprivate", ...(readOnly ? ["rro"] : [])] },
		),
	],
	linux: { namespaces: ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type })) },
};

const PREPARE: Preparation[] = [
	{ do: "copy", from: "/lab/rootfs", to: ROOTFS },
	{ do: "directory", path: `${ROOTFS}${OUTSIDE}` },
	{ do: "directory", path: OUTSIDE },
	{ do: "write", path: `${SOURCE}/file`, text: "of the host\n" },
	{ do: "directory", path: `${SOURCE}/sub` },
	{ do: "run", argv: ["mount", "-t", "tmpfs", "sub", `${SOURCE}/sub`] },
	{ do: "run", argv: ["ln", "-s", OUTSIDE, `${ROOTFS}/link`] },
	{ do: "write", path: "/lab/bundle/config.json", text: JSON.stringify(CONFIG) },
];

/** The volumes in a container's mount table, and what the host has in the directory that the link names. */
async function mountsOf(code: string, options: object) {
	const { outcome, output } = await machines.play({
		...{ prepare: PREPARE, code },
		calls: { box: { export: "run", args: [options], token: TOKEN } },
		steps: [
			{ do: "call", call: "box" },
			{ do: "look", as: DURING },
			{ do: "feed", call: "box", last: true },
		],
		readings: { files: { watch: [OUTSIDE] } },
	});
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how}`);
	const command = commandAt(outcome.observation, DURING);
	if (command === null) throw new Error(`the command never ran: ${Buffer.concat(output.stderr)}`);
	const tops = ["/data", "/look", "/lib", "/srv", "/scratch"];
	const volumes = command.mounts.filter(({ mountPoint }) => tops.some((top) => mountPoint.startsWith(top)));
	const shown = volumes.map(
		({ mountPoint, fstype, root, flags, propagation }) =>
			`${mountPoint} ${fstype} ${root} ${flags.split(",").filter((flag) => flag !== "relatime")} ${propagation}`,
	);
	return { mounts: shown.sort(), outside: outcome.observation.after.trees[OUTSIDE]?.map(({ path }) => path) };
}

test.concurrent.each(RUNTIMES)("a container of box and one of %s have the same volumes", async (...runtime) => {
	const { code } = await bundle(WHOLE_ENGINE, new Map());
	const ours = await mountsOf(code, {
		...{ id: "0a1b2c3d", command: COMMAND, hostname: "web-1", layers: [ROOTFS], init: true },
		volumes: VOLUMES,
	});
	const theirs = await mountsOf(PROGRAM, { command: [...runtime, "run", "--bundle", "/lab/bundle", "oracle"] });
	expect(ours).toEqual(theirs);
	expect(ours.mounts).toHaveLength(8);
	expect(ours.outside).toEqual(["."]);
});
