/** What a lesson's instrument.ts may import of the guest's code, as `#guest`. */
export { setRealTimePriority } from "../../native/guest.ts";
export { replaced, replacedInside, sha256, uncompressed } from "../readings/guest/archives.ts";
export { readHarbourFile, writeHarbourFile } from "../readings/guest/harbour-files.ts";
export { IMAGE_FILE_BYTES_MAX } from "../readings/guest/images.ts";
export {
	agentsPidOf,
	readDescendantStats,
	readHarbourStats,
	readPending,
	readState,
	waitsForSignals,
} from "../readings/guest/proc.ts";
export { Freezer } from "./freezer.ts";
export { sendSignal } from "./harbour.ts";
export type { InstrumentContext } from "./instrument.ts";
export type { OngoingCall } from "./ongoing-call.ts";
export { idleMs, Patience, untilMachineIdles } from "./patience.ts";
