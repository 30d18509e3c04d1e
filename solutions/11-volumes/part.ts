import { closeSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { posix } from "node:path";
import { type CarriedMount, takeMounts } from "../carried-mounts.ts";
import { oneAtATime } from "../lock.ts";
import { part } from "../part.ts";
import options from "./options.json";
import { isVolumeName, VOLUMES, volumeCommand } from "./volume-command.ts";
import { mountVolumes, useVolume, type Volume } from "./volumes.ts";

/** A volume that is asked for. Named volumes have a `name` in place of a source. */
type AskedVolume = Volume | (Omit<Volume, "source"> & { name: string });

/** Lets a container see files of the host, and volumes that outlive it. `late-part.ts` brings them into its root. */
part<{ rootfs: string; volumes: AskedVolume[]; carriedMounts?: CarriedMount[] }, Made>({
	when: "volumes",
	options,
	commands: [volumeCommand],
	readOptions: (given) => {
		const tmpfs = given("tmpfs").map((target) => ({ source: null, target: pathIn(target), readOnly: false }));
		return { volumes: withDifferentTargets([...given("volume").map(volumeAt), ...tmpfs]) };
	},
	make: ({ rootfs, volumes }) => {
		const used: number[] = [];
		mkdirSync(VOLUMES, { recursive: true });
		const found = volumes.map((volume): Volume => {
			if (!("name" in volume)) return volume;
			const { name, ...rest } = volume;
			const source = `${VOLUMES}/${name}`;
			used.push(useVolume(source, rootfs, rest.target));
			return { source, ...rest };
		});
		return { volumes: found, used };
	},
	enter: (container, { volumes, used }) => {
		// The engine's own descriptors keep the volumes in use. The container must not have any.
		for (const fd of used) closeSync(fd);
		mountVolumes(container.rootfs, volumes);
		container.carriedMounts = takeMounts(container.rootfs);
	},
	remove: ({ used }) => {
		for (const fd of used) closeSync(fd);
	},
	removeRemains: () => oneAtATime(removeUnfinished),
});

interface Made {
	volumes: Volume[];
	/** Descriptors that keep the named volumes from being removed. */
	used: number[];
}

function volumeAt(text: string): AskedVolume {
	const [from = "", target = "", option, ...rest] = text.split(":");
	if (rest.length > 0 || ![undefined, "ro", "rw"].includes(option))
		throw new Error(`--volume ${text}: after the directory, only :ro or :rw can follow`);
	const common = { target: pathIn(target, `--volume ${text}`), readOnly: option === "ro" };
	if (isVolumeName(from)) return { name: from, ...common };
	if (!from.startsWith("/")) throw new Error(`--volume ${text}: HOST:DIR or NAME:DIR is expected, such as /srv:/data`);
	if (!existsSync(from)) throw new Error(`--volume ${text}: there is no ${from} on this host`);
	return { source: realpathSync(from), ...common };
}

// The second volume would cover the first.
function withDifferentTargets(volumes: AskedVolume[]): AskedVolume[] {
	const targets = volumes.map(({ target }) => target);
	const twice = targets.find((target, index) => targets.indexOf(target) < index);
	if (twice !== undefined) throw new Error(`two volumes for ${twice}: each needs a directory of its own`);
	return volumes;
}

function pathIn(target: string, shown = `--tmpfs ${target}`): string {
	const path = posix.normalize(target).replace(/(?<=.)\/$/, "");
	if (!path.startsWith("/") || path === "/") throw new Error(`${shown}: an absolute path in the container is expected`);
	return path;
}

// A volume's name never begins with a dot. A directory with such a name is an unfinished volume: the engine was killed
// while it filled the volume.
function removeUnfinished(): void {
	const names = existsSync(VOLUMES) ? readdirSync(VOLUMES) : [];
	for (const name of names.filter((name) => name.startsWith(".")))
		rmSync(`${VOLUMES}/${name}`, { recursive: true, force: true });
}
