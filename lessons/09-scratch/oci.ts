import * as v from "valibot";
import type { FactValue, ImageReading } from "../../harness/judge/index.ts";

/** Compares an image's files with the MUST and REQUIRED of the OCI image specification. */

export const COMPLETE_MANIFEST = "names a config and a layer";
export const RIGHT_DIFF_IDS = "the digests of the layers' tar archives";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE = /^application\/vnd\.(oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/;
/** Media types of layers, with the compression that each promises. Types of other engines are accepted, too. */
const LAYER_TYPES: readonly [type: RegExp, compression: string][] = [
	[/^application\/vnd\.(oci\.image\.layer\.(nondistributable\.)?v1\.tar|docker\.image\.rootfs\.diff\.tar)$/, "none"],
	[/^application\/vnd\.oci\.image\.layer\.(nondistributable\.)?v1\.tar\+gzip$/, "gzip"],
	[/^application\/vnd\.docker\.image\.rootfs\.diff\.tar\.gzip$/, "gzip"],
	[/^application\/vnd\.oci\.image\.layer\.(nondistributable\.)?v1\.tar\+zstd$/, "zstd"],
];

// The image may contain anything. A value of the wrong type is replaced by one that means “none”.
const Descriptor = v.object({
	mediaType: v.fallback(v.string(), ""),
	digest: v.fallback(v.string(), ""),
	size: v.fallback(v.nullable(v.number()), null),
});
type Descriptor = v.InferOutput<typeof Descriptor>;
const Manifest = v.object({ config: Descriptor, layers: v.pipe(v.array(Descriptor), v.minLength(1)) });
const words = v.fallback(v.array(v.string()), []);
const Config = v.object({
	os: v.fallback(v.string(), "none"),
	architecture: v.fallback(v.string(), "none"),
	config: v.fallback(v.object({ Entrypoint: words, Cmd: words }), { Entrypoint: [], Cmd: [] }),
	rootfs: v.fallback(v.object({ diff_ids: words }), { diff_ids: [] }),
});

// A missing value may also be null: Go writes null for an empty list.
const optional = <T extends v.GenericSchema>(schema: T) => v.nullish(schema);
const texts = v.record(v.string(), v.string());
const StrictManifest = v.object({
	schemaVersion: v.literal(2),
	mediaType: optional(v.literal(MANIFEST_TYPE)),
	annotations: optional(texts),
});
const StrictConfig = v.object({
	created: optional(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/))),
	author: optional(v.string()),
	architecture: v.string(),
	os: v.string(),
	config: optional(
		v.object({
			User: optional(v.string()),
			Env: optional(v.array(v.pipe(v.string(), v.includes("=")))),
			Entrypoint: optional(v.array(v.string())),
			Cmd: optional(v.array(v.string())),
			WorkingDir: optional(v.string()),
			Labels: optional(texts),
			StopSignal: optional(v.string()),
		}),
	),
	rootfs: v.object({ type: v.literal("layers"), diff_ids: v.array(v.string()) }),
	history: optional(v.array(v.record(v.string(), v.unknown()))),
});

type File = ImageReading["files"][number];

/** An image's files, and the parts that its manifest leads to. */
export interface Image {
	manifest: v.InferOutput<typeof Manifest>;
	config: v.InferOutput<typeof Config>;
	/** The blob that the manifest names as the config; undefined if it is missing. */
	configFile: File | undefined;
	/** The blobs that the manifest names as layers, the lowest first; undefined in place of one that is missing. */
	layers: (File | undefined)[];
	/** All files below `blobs`, even if the manifest does not name them. */
	blobs: File[];
	/** The parsed documents, unchecked; undefined for a config that is missing or is not a JSON object. */
	documents: { manifest: unknown; config: unknown };
}

/** Follows a manifest to the config and the layers. @returns the image, or why there is none */
export function openReading(reading: ImageReading | null): Image | "missing" | "names no config, or no layer" {
	const files = reading?.files ?? [];
	const document = parsed(files.find(({ path }) => path === "manifest.json")?.document);
	if (document === undefined) return "missing";
	const manifest = v.safeParse(Manifest, document);
	if (!manifest.success) return "names no config, or no layer";
	const blobs = files.filter(({ kind, path }) => kind === "file" && path.startsWith("blobs/"));
	const blobOf = ({ digest }: Descriptor) => blobs.find(({ path }) => `sha256:${path.split("/").at(-1)}` === digest);
	const configFile = blobOf(manifest.output.config);
	const config = parsed(configFile?.document);
	return {
		manifest: manifest.output,
		config: v.parse(Config, config ?? {}),
		configFile,
		layers: manifest.output.layers.map(blobOf),
		blobs,
		documents: { manifest: document, config },
	};
}

/** The facts of an image whose manifest can be followed. */
export function specificationFacts(image: Image): Record<string, FactValue> {
	const archives = image.layers.map((layer) => layer?.archive);
	const problems = archives.map((archive) => archive?.problem ?? "no tar archive");
	const repeatedPaths = archives.flatMap((archive) => repeated((archive?.members ?? []).map(({ path }) => path)));
	const isArchive = problems.every((problem) => problem === "") && archives.every((archive) => archive?.members.length);
	return {
		"image.names": image.blobs.filter(({ path, sha256 }) => path !== `blobs/sha256/${sha256}`).map(({ path }) => path),
		"image.descriptors": descriptorProblems(image),
		"image.fields": [
			...problemsOf("manifest.json", StrictManifest, image.documents.manifest),
			...problemsOf("config", StrictConfig, image.documents.config),
		],
		"image.layer": isArchive
			? "a tar archive"
			: `no tar archive: ${problems.find((problem) => problem !== "") ?? "it has no entries"}`,
		"image.twice": [...new Set(repeatedPaths)],
		"image.end": archives.every((archive) => archive?.ends) ? "two empty blocks" : "something else",
		"image.diff_id": diffIdProblems(image),
		"image.platform": `${brief(image.config.os)}/${brief(image.config.architecture)}`,
	};
}

function descriptorProblems({ manifest, configFile, layers }: Image): string[] {
	const named: [name: string, Descriptor, File | undefined][] = [
		["config", manifest.config, configFile],
		...manifest.layers.map((layer, index): [string, Descriptor, File | undefined] => ["layer", layer, layers[index]]),
	];
	return named.flatMap(([name, { mediaType, digest, size }, blob]) => {
		if (blob === undefined) return [`${name}: no blob has the name ${brief(digest)}`];
		const shown = mediaType === "" ? "none" : brief(mediaType);
		const expectedFormat =
			name === "config" ? (CONFIG_TYPE.test(mediaType) ? "json" : undefined) : compressionIn(mediaType);
		const actualFormat =
			name === "config" ? (blob.document === null ? "no JSON object" : "json") : blob.archive?.compression;
		return [
			...(blob.size === size
				? []
				: [`${name}: ${size === null ? "no size" : `size ${size}`}, but the blob has ${blob.size} bytes`]),
			...(expectedFormat === undefined ? [`${name}: media type ${shown}`] : []),
			// A layer that is no archive at all has a finding of its own.
			...(expectedFormat === undefined || actualFormat === undefined || expectedFormat === actualFormat
				? []
				: [`${name}: ${shown}, but the bytes are ${COMPRESSIONS[actualFormat ?? ""] ?? actualFormat}`]),
		];
	});
}

const COMPRESSIONS: Record<string, string> = {
	none: "not compressed",
	gzip: "compressed by gzip",
	zstd: "compressed by zstd",
};

const compressionIn = (mediaType: string) => LAYER_TYPES.find(([type]) => type.test(mediaType))?.[1];

function diffIdProblems({ manifest, config, layers }: Image): FactValue {
	const ids = config.rootfs.diff_ids;
	if (ids.length !== layers.length)
		return [`${ids.length} diff_ids for ${layers.length === 1 ? "one layer" : `${layers.length} layers`}`];
	const problems = ids.flatMap((id, index) => {
		const archive = layers[index]?.archive;
		if (!/^sha256:[0-9a-f]{64}$/.test(id)) return [`${brief(id) || "an empty text"}, which is no digest`];
		if (archive && archive.sha256 !== "" && id === `sha256:${archive.sha256}`) return [];
		if (id === manifest.layers[index]?.digest && archive && archive.compression !== "none")
			return ["the digest of the compressed blob"];
		return [`${brief(id)}, but the tar archive has ${archive?.sha256 ? `sha256:${archive.sha256}` : "none"}`];
	});
	return problems.length === 0 ? RIGHT_DIFF_IDS : problems;
}

function problemsOf(name: string, schema: v.GenericSchema, document: unknown): string[] {
	const { issues } = v.safeParse(schema, document);
	return (issues ?? []).map((issue) => {
		const field = v.getDotPath(issue) ?? "";
		return brief(
			`${name}: ${field} is ${issue.received === "undefined" ? "missing" : issue.received}`.replace(":  is", " is"),
		);
	});
}

/** The command in the config. */
export const commandOf = ({ config }: Image): string[] => [...config.config.Entrypoint, ...config.config.Cmd];

function repeated(paths: readonly string[]): string[] {
	return paths.filter((path, index) => paths.indexOf(path) !== index);
}

function parsed(text: string | null | undefined): unknown {
	try {
		const value: unknown = JSON.parse(text ?? "");
		return typeof value === "object" && value !== null ? value : undefined;
	} catch {
		return undefined;
	}
}

const BRIEF_CHARS_MAX = 100;
const brief = (text: string) => (text.length > BRIEF_CHARS_MAX ? `${text.slice(0, BRIEF_CHARS_MAX)}…` : text);
