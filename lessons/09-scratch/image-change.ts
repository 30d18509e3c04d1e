/** How the agent changes a copy of an image. Every word is replaced by a word of the same length. */
export interface ImageChange {
	/** Words to replace in the config. The config's digest changes, and so does everything that refers to it. */
	configWords: [string, string][];
	/**
	 * If given, one more layer: a copy of the last original layer that has these words, with the words replaced. If no
	 * layer has them, a copy of the last one. Config and manifest include the new layer.
	 */
	addedLayerWords?: [string, string][];
	/** Words to replace in the original layers. Their digests change, and so does everything that refers to them. */
	layerWords?: [string, string][];
	/** Words to replace in all blobs at the end. Nothing is corrected: the blobs keep their names. */
	corruptedWords: [string, string][];
}
