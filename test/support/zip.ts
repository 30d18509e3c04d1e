import { ZipFile } from "yazl";

/** An entry of a zip archive: its path, its content, and its mode, such as that of a symbolic link. */
export type ZipEntry = readonly [path: string, content?: string | Buffer, mode?: number];

/** Makes a zip archive of these entries. */
export async function zipped(...entries: ZipEntry[]): Promise<Buffer> {
	const zip = new ZipFile();
	for (const [path, content = "", mode = 0o100644] of entries)
		zip.addBuffer(Buffer.from(content), path, { mode, mtime: new Date(0) });
	zip.end();
	const chunks: Buffer[] = [];
	for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
