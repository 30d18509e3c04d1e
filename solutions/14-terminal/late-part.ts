import { part } from "../part.ts";
import { type Ends, takeStreams } from "./streams.ts";

/** Gives the command its own terminal. Comes after the command's user is set, because the terminal is then the user's. */
part<{ streams: unknown; ends: Ends }>({ when: "streams", enter: ({ ends }) => takeStreams(ends) });
