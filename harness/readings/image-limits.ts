/**
 * `pathChars`: the longest path, in characters; longer ones are cut. `documentChars`: the longest document whose
 * content is kept. `entries`: the most files of an image, and the most members of an archive. `documents`: the most
 * documents of an image.
 */
export const IMAGE_LIMITS = { pathChars: 256, documentChars: 1 << 14, entries: 128, documents: 8 } as const;
