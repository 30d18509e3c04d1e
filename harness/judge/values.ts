/** Values drawn at random for one run, by name. */
export type RandomInputs = Record<string, string>;

/** The types that a fact can have. A report can print them, and they are compared by value. */
export type FactValue = string | number | boolean | readonly string[];

/** Facts by name, such as `"ns.uts": "new"`. */
export type Facts = Readonly<Record<string, FactValue>>;
