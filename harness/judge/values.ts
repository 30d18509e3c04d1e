/** Values drawn at random for one run, by name. */
export type Drawn = Record<string, string>;

/** What a fact can be: something that reads well in a report and compares by value. */
export type FactValue = string | number | boolean | readonly string[];

/** Facts by name, such as `"ns.uts": "new"`. */
export type Facts = Readonly<Record<string, FactValue>>;
