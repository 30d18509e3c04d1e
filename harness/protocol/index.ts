/**
 * The frames that host and guest send each other over the virtio-serial port. Host is here the computer outside, on
 * which QEMU runs. The host that learners see in the guest is the harbour. Other folders import only this file of
 * protocol/.
 *
 * The host does not trust the guest, because the exercise is root there. The host checks every frame against these
 * schemas, bounds its size, and ends the work at the first violation. Every frame of the guest but `ready` repeats the
 * nonce of the host's frame that it belongs to. A nonce is in no file, and the exercise never sees it.
 */

export type { Escape, NamespaceMount } from "../readings/break-out.ts";
export { CAPABILITIES, capabilitiesIn, capabilityName } from "../readings/capability-names.ts";
export type { Entry } from "../readings/files.ts";
export type { Identity } from "../readings/identity.ts";
export { IMAGE_LIMITS } from "../readings/image-limits.ts";
export type {
	Archive,
	ArchiveMember,
	ImageFile,
	ImageReading,
} from "../readings/images.ts";
export type { HostState, ProcessState, Readings } from "../readings/index.ts";
export { hostPathOf, type Mount } from "../readings/mounts.ts";
export type { Network, NetworkNamespace } from "../readings/network.ts";
export type { Layer, Layers, Overlay } from "../readings/overlay.ts";
export type { FileId } from "../readings/root.ts";
export type { Task } from "../readings/tasks.ts";
export { type Waits, waitsText } from "../readings/waits.ts";
export { type Ending, isEnding } from "./ending.ts";
export { encodeFrame, FrameDecoder, ProtocolError } from "./frames.ts";
export { GuestFrame } from "./guest-frame.ts";
export type { HostFrame } from "./host-frame.ts";
export { LIMITS } from "./limits.ts";
export { LineSplitter } from "./line-splitter.ts";
export {
	type Answer,
	type CallReport,
	type LedgerCall,
	type Moment,
	Observation,
} from "./observation.ts";
export type { Call, Listener, Question, Run, Step } from "./run.ts";
export type { Session, SessionFrame } from "./session.ts";
export { type Stage, type StageFrame, View } from "./stage.ts";
export { VIEWS, type ViewName } from "./views.ts";
export type { Preparation, SocketAddress, WindowSize, Work } from "./work.ts";

/** The name of the virtio-serial port. */
export const PORT = "org.drydock.agent";
