/** What an image consists of, as the OCI image specification has it; and what the engine takes and gives. */

/** How one blob names another: by what is in it. See descriptor.md. */
export interface Descriptor {
	mediaType: string;
	/** `sha256:` and 64 hexadecimal digits. */
	digest: string;
	/** In bytes. */
	size: number;
}

/** The blobs of an image. See manifest.md. */
export interface Manifest {
	schemaVersion: 2;
	config: Descriptor;
	/** The lowest first. */
	layers: Descriptor[];
}

/** What goes into an image: where each file is in the container, and where it comes from on the host. */
export type Files = Record<string, string>;

/** An image that is open: what the engine needs of it. */
export interface Image {
	/** Directories of its layers, the topmost first. */
	layers: string[];
	/** What to run when nothing else is asked for. */
	command: string[];
}
