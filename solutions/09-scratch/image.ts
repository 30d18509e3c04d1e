/** What an image says of itself. */
export interface Image {
	/** Directories of its layers, the topmost first. */
	layers: string[];
	/** What to run when nothing else is asked for. */
	command: string[];
}

/**
 * Opens an image.
 * @param image path of its directory
 * @param dir where its layers are unpacked to
 */
export function openImage(_image: string, _dir: string): Image {
	throw new Error("not written yet");
}
