import { bytes, callLibrary, int } from "./library.ts";

/**
 * Asks the kernel over netlink, without starting a program. Only the harness uses this, and the ledger does not record
 * it.
 * @see netlink(7), rtnetlink(7)
 */

export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;

const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;
/** The two highest bits of an attribute's type are flags. */
const TYPE_MASK = 0x3fff;
/** The buffer for every answer. It has room for about 700 links, or for thousands of addresses or routes. */
const ANSWER = Buffer.alloc(1 << 20);

/** A message of an answer: what follows its header. */
export interface NetlinkMessage {
	payload: Buffer;
	/** The attributes that follow the first `fixedBytes` of the payload, by their types. */
	attributes: ReadonlyMap<number, Buffer>;
}

/**
 * Sends a request, and returns the messages of its answer. With `dump`, the answer has a message for each entry of a
 * table, such as each link; otherwise it has one message.
 * @param fixedBytes the length of what precedes the attributes in each message's payload
 * @throws {Error} the kernel refused, or the answer does not fit
 */
export function askNetlink(
	protocol: number,
	{ type, payload, dump }: { type: number; payload: Buffer; dump: boolean },
	fixedBytes: number,
): NetlinkMessage[] {
	const request = Buffer.alloc(HEADER_BYTES + payload.length);
	request.writeUInt32LE(request.length, 0);
	request.writeUInt16LE(type, 4);
	request.writeUInt16LE(NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0), 6);
	payload.copy(request, HEADER_BYTES);
	const length = callLibrary("k_netlink", [
		int(protocol),
		...[bytes(request), int(request.length)],
		...[bytes(ANSWER), int(ANSWER.length)],
	]);
	if (length < 0) throw new Error(`netlink: errno ${-length}`);
	return [...messagesIn(Buffer.from(ANSWER.subarray(0, length)))].map((payload) => ({
		payload,
		attributes: attributesIn(payload.subarray(fixedBytes)),
	}));
}

/** The attributes in a buffer, by their types. */
export function attributesIn(buffer: Buffer): ReadonlyMap<number, Buffer> {
	const found = new Map<number, Buffer>();
	for (let at = 0; at + ATTRIBUTE_HEADER_BYTES <= buffer.length; ) {
		const length = buffer.readUInt16LE(at);
		if (length < ATTRIBUTE_HEADER_BYTES) break;
		found.set(buffer.readUInt16LE(at + 2) & TYPE_MASK, buffer.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length));
		at += aligned(length);
	}
	return found;
}

function* messagesIn(answer: Buffer): Generator<Buffer> {
	for (let at = 0; at + HEADER_BYTES <= answer.length; ) {
		const length = answer.readUInt32LE(at);
		const type = answer.readUInt16LE(at + 4);
		if (length < HEADER_BYTES || type === NLMSG_DONE) return;
		const payload = answer.subarray(at + HEADER_BYTES, at + length);
		if (type === NLMSG_ERROR) throw new Error(`netlink: errno ${-payload.readInt32LE(0)}`);
		yield payload;
		at += aligned(length);
	}
}

const aligned = (length: number) => (length + 3) & ~3;
