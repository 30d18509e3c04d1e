import { hostPathOf } from "../../protocol/index.ts";
import type { KernelState } from "../events.ts";
import { beforeLastChange, type ShellState, withoutGaps } from "./changes.ts";
import type { Past } from "./past.ts";
import { SHELL_NAMES } from "./phrases.ts";
import { volumeChangeOf } from "./volume-changes.ts";
import type { VolumeParts, VolumeSource, VolumesPicture, VolumeTarget, VolumeUser } from "./volumes-picture.ts";

type Mount = KernelState["host"]["mounts"][number];
type Reading = NonNullable<ShellState["volumes"]>[number];

/** Where containers and the host have files that are not in their roots, and where on the host these files are. */
export function volumesOf(past: Past): VolumesPicture {
	const seen = withoutGaps(past);
	const view = seen.at(-1)?.view;
	if (view === undefined) return { users: [], sources: [], latestChange: "", changedKey: null };
	const before = beforeLastChange(seen, comparedPart)?.view;
	const [now, previous] = [partsOf(view), before === undefined ? null : partsOf(before)];
	if (previous === null) return { ...now, latestChange: "", changedKey: null };
	const change = volumeChangeOf(previous, now);
	const marked = markNew(previous, now);
	return { ...marked, latestChange: change?.text ?? "", changedKey: change?.key ?? null };
}

const comparedPart = (view: KernelState) => partsOf(view);

function partsOf(view: KernelState): VolumeParts {
	const sources = new Map<string, VolumeSource>();
	const users: VolumeUser[] = [];
	for (const name of SHELL_NAMES) {
		const shell = view.shells[name];
		if (shell?.volumes == null) continue;
		const namespace = shell.namespaces["mnt"] ?? "";
		const isOwn = namespace !== view.host.namespaces["mnt"];
		const same = users.find(({ key }) => key === namespace);
		if (same !== undefined) {
			if (isOwn) same.of.push(name);
			continue;
		}
		const targets = shell.volumes.flatMap((reading): VolumeTarget[] => {
			const mount = shell.mounts.find(({ id }) => id === reading.mount);
			if (mount === undefined) return [];
			const source = sourceOf(mount, reading, view.host.mounts);
			sources.set(source.key, joined(sources.get(source.key), source));
			const readOnly = mount.flags.split(",").includes("ro");
			return [
				{ key: `${namespace} ${mount.mountPoint}`, path: mount.mountPoint, source: source.key, readOnly, isNew: false },
			];
		});
		users.push({ key: namespace, of: [isOwn ? name : "init"], layers: isOwn ? layersOfRoot(shell) : null, targets });
	}
	// The host is shown only if something is mounted there.
	return {
		users: users.filter(({ of, targets }) => !of.includes("init") || targets.length > 0),
		sources: [...sources.values()],
	};
}

function layersOfRoot({ overlay }: ShellState): VolumeUser["layers"] {
	return overlay === null || overlay.upperdir === "" ? null : { upper: overlay.upperdir, lower: overlay.lowerdirs };
}

/** Where the engine keeps its named volumes. */
const NAMED_VOLUME = /^\/var\/lib\/box\/volumes\/([^/]+)$/;

function sourceOf(mount: Mount, { names, more, namesOfImage }: Reading, hostMounts: readonly Mount[]): VolumeSource {
	const path = hostPathOf(mount, hostMounts) ?? "";
	const name = NAMED_VOLUME.exec(path)?.[1] ?? "";
	return {
		key: path === "" ? `${mount.device} ${mount.root}` : path,
		kind: path === "" ? "memory" : name !== "" ? "volume" : names === null ? "file" : "directory",
		path,
		name,
		names: (names ?? []).map((one) => ({
			name: one,
			isFromImage: name !== "" && namesOfImage.includes(one),
			isNew: false,
		})),
		isTruncated: more,
	};
}

// Two mounts of one directory have the same names in it, but may cover different directories of the image.
function joined(known: VolumeSource | undefined, source: VolumeSource): VolumeSource {
	const isFromImage = (name: string) => known?.names.some((one) => one.name === name && one.isFromImage) === true;
	return {
		...source,
		names: source.names.map((one) => ({ ...one, isFromImage: one.isFromImage || isFromImage(one.name) })),
	};
}

function markNew(before: VolumeParts, now: VolumeParts): VolumeParts {
	const oldTargets = new Set(before.users.flatMap(({ targets }) => targets.map(({ key }) => key)));
	const isNewIn = (key: string) => {
		const old = before.sources.find((source) => source.key === key);
		return (name: string) => old?.names.every((one) => one.name !== name) === true;
	};
	return {
		users: now.users.map((user) => ({
			...user,
			targets: user.targets.map((target) => ({ ...target, isNew: !oldTargets.has(target.key) })),
		})),
		sources: now.sources.map((source) => {
			const isNew = isNewIn(source.key);
			return { ...source, names: source.names.map((one) => ({ ...one, isNew: isNew(one.name) })) };
		}),
	};
}
