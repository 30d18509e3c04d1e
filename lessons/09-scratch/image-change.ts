/** How the agent changes a copy of an image. All words are replaced by words of the same length. */
export interface ImageChange {
	/** In the config; its name, and all that names it, follow. */
	words: [string, string][];
	/** If given, one more layer: the last one that has these words, with others in their place. Config and manifest follow. */
	above?: [string, string][];
	/** In the layers that were there already; their names, and all that names them, follow. */
	below?: [string, string][];
	/** In all blobs, at last. Nothing follows: the blobs keep their names. */
	spoil: [string, string][];
}
