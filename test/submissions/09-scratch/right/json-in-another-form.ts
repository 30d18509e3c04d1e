// Indented, in another order, with fields that are optional, and a null.
import { imageWith } from "../../support/image.ts";
export const { buildImage, openImage, needs, gather } = imageWith({
	config: (command, diff_ids) => ({
		rootfs: { diff_ids, type: "layers" },
		history: [{ created_by: "me" }],
		config: { Env: ["PATH=/bin", "EMPTY="], Cmd: command, Entrypoint: null, Labels: { "org.example": "/hello" } },
		created: "1970-01-01T00:00:00Z",
		os: "linux",
		architecture: "amd64",
	}),
	commandOf: ({ config }) => config.Cmd,
	manifest: (config, layers) =>
		JSON.stringify(
			{
				annotations: { "org.opencontainers.image.title": "hello" },
				layers,
				config,
				mediaType: "application/vnd.oci.image.manifest.v1+json",
				schemaVersion: 2,
			},
			null,
			2,
		),
});
