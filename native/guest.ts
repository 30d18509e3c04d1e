import { bytes, callLibrary, int, int64 } from "./library.ts";

/**
 * Calls that only the harness makes, in the guest; unrecorded, and no part of `#kernel`.
 */

/**
 * Mixes the host's randomness into the kernel's generator and makes it count at once.
 * @param randomFd an open /dev/random
 * @param entropy at most 64 bytes
 * @throws {Error} refused
 * @see random(4): RNDADDENTROPY, RNDRESEEDCRNG
 */
export function addEntropy(randomFd: number, entropy: Buffer): void {
	must("k_add_entropy", [int(randomFd), bytes(entropy), int(entropy.length)]);
}

/** Sets the wall clock. @see clock_settime(2) */
export function setClock(timeMs: number): void {
	must("k_clock_settime", [int64(timeMs)]);
}

function must(name: string, args: Parameters<typeof callLibrary>[1]): void {
	const answer = callLibrary(name, args);
	if (answer < 0) throw new Error(`${name}: errno ${-answer}`);
}
