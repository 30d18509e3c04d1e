/** What a lesson's instrument.ts may import of the guest's code, as `#guest`. */
export { runFirst } from "../../native/guest.ts";
export { replaced, replacedInside, sha256, uncompressed } from "../readings/guest/archives.ts";
export { readBelow, writeBelow } from "../readings/guest/below.ts";
export { MOST_FILE_BYTES } from "../readings/guest/images.ts";
export { awaitsSignals, ownNumber, readPending, readState, readStats, readWorldStats } from "../readings/guest/proc.ts";
export { Freezer } from "./freezer.ts";
export { signal } from "./harbour.ts";
export type { Measuring } from "./measuring.ts";
export type { OngoingCall } from "./ongoing-call.ts";
export { idleMs, Patience, untilMachineRests } from "./patience.ts";
