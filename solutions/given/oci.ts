/**
 * The contents of an image, as the OCI image specification names them, and the types that the engine uses for images.
 */

/** Refers to a blob by the digest of the blob's content. See descriptor.md. */
export interface Descriptor {
	mediaType: string;
	/** `sha256:` and 64 hexadecimal digits. */
	digest: string;
	/** In bytes. */
	size: number;
}

/** Names the blobs of an image. See manifest.md. */
export interface Manifest {
	schemaVersion: 2;
	config: Descriptor;
	/** The lowest first. */
	layers: Descriptor[];
}

/** The files to put into an image: for each path in the container, the file's path on the host. */
export type Files = Record<string, string>;

/** What the engine needs of an image that it has opened. */
export interface Image {
	/** The directories of the image's layers, the topmost first. */
	layers: string[];
	/** The command to run when the user gives none. */
	command: string[];
}
