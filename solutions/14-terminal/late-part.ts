import { part } from "../part.ts";
import { type Ends, takeStreams } from "./streams.ts";

/**
 * Puts the command into a session of its own, and gives it its own terminal if one is asked for. Comes after the part
 * that sets the command's user, so that this user owns the terminal. `ends`, which part.ts has set, says whether one is
 * asked for, and where to send its master.
 */
part<{ streams: unknown; ends: Ends }>({ when: "streams", enter: ({ ends }) => takeStreams(ends) });
