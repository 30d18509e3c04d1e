import { connectWith } from "../../support/network.ts";

export const connect = connectWith({});
