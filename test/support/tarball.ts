import { gzipSync } from "node:zlib";
import { Header, type HeaderData } from "tar";
import { logbookWith } from "./workspace.ts";

/** Makes an entry of a tar archive byte by byte. So it can contain what no honest program would write. */
export function entry(path: string, content = "", more: HeaderData = {}): Buffer {
	const header = Buffer.alloc(512);
	const body = Buffer.from(content);
	new Header({ path, type: "File", mode: 0o644, size: body.length, mtime: new Date(0), ...more }).encode(header);
	return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/** The entry that every exported workspace contains. */
export const LOGBOOK_ENTRY = entry("drydock.json", JSON.stringify(logbookWith({})));

/** Makes a .tar.gz of these entries. */
export function tarball(...entries: Buffer[]): Buffer {
	return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
}
