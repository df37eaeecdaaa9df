/**
 * ALFWorld's commands as data. Releases up to 0.3 put things down with `put X in/on Y` (so do the logs of ReAct,
 * Reflexion, ETO and KnowAgent), later ones with `move X to Y`; the rest is the same. The engine does not need this: it
 * takes its commands from the grammar.
 */

/** Whose command for putting something down: releases up to 0.3, or later ones. */
export type Wording = "old" | "new";

/** The wording of a grammar (a game's, or the file alfred.twl2). */
export function wordingOf(grammarText: string): Wording {
  return grammarText.includes('"put {o} in/on {r}"') ? "old" : "new";
}

/** What can be done, and how it is said. A and B are names such as "shelf 8". */
const FORMS = {
  go: { new: "go to A", old: "go to A" },
  open: { new: "open A", old: "open A" },
  close: { new: "close A", old: "close A" },
  take: { new: "take A from B", old: "take A from B" },
  put: { new: "move A to B", old: "put A in/on B" },
  clean: { new: "clean A with B", old: "clean A with B" },
  heat: { new: "heat A with B", old: "heat A with B" },
  cool: { new: "cool A with B", old: "cool A with B" },
  use: { new: "use A", old: "use A" },
  slice: { new: "slice A with B", old: "slice A with B" },
  examine: { new: "examine A", old: "examine A" },
  look: { new: "look", old: "look" },
  inventory: { new: "inventory", old: "inventory" },
  help: { new: "help", old: "help" },
} as const;

export type Verb = keyof typeof FORMS;

export const VERBS = Object.keys(FORMS) as readonly Verb[];

export interface Command {
  readonly verb: Verb;
  /** What it is done to, first the thing, then where or with what. */
  readonly names: readonly string[];
}

/** How many names follow a verb. */
export const namesNeeded = (verb: Verb): number => FORMS[verb].new.match(/\b[AB]\b/g)?.length ?? 0;

/** `command` as text. It must have as many names as its verb needs. */
export function writeCommand({ verb, names }: Command, wording: Wording): string {
  const [a = "", b = ""] = names;
  return FORMS[verb][wording].replace(/\b[AB]\b/g, (place) => (place === "A" ? a : b));
}

const NAME = String.raw`([^\s_]+ \d+)`;
const PATTERNS = VERBS.flatMap((verb) =>
  [...new Set(Object.values(FORMS[verb]))].map((form) => {
    return { verb, pattern: new RegExp(`^${form.replace(/\b[AB]\b/g, NAME)}$`) };
  }),
);

/** What `text` asks for, in either wording; null if it is no command. */
export function readCommand(text: string): Command | null {
  for (const { verb, pattern } of PATTERNS) {
    const match = pattern.exec(text);
    if (match) return { verb, names: match.slice(1) };
  }
  return null;
}
