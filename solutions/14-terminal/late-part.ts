import { part } from "../part.ts";
import { type Ends, takeStreams } from "./streams.ts";

/**
 * Gives the command its own terminal. Comes after the part that sets the command's user, so that this user owns the
 * terminal.
 */
part<{ streams: unknown; ends: Ends }>({ when: "streams", enter: ({ ends }) => takeStreams(ends) });
