/**
 * What became of a hostile input. Three outcomes are right:
 *
 *     read     all of it came back, and nothing was left out without a word
 *     refused  a typed error, or a problem told of a part, which names the place and what was expected
 *     bounded  the same, where the reason is a limit that is stated
 *
 * Everything else is a fault: an error of another kind, a message that does not help, something that was silently dropped.
 */
import assert from "node:assert/strict";
import { failureOf } from "../../src/cli/failure.ts";
import { printableLines } from "../../src/core/printable.ts";

export interface HostileCase {
  /** What was done to a good input. */
  readonly name: string;
  /** What a refusal must name: a file, a key, a line, a server. */
  readonly place: string | RegExp;
  /** Words that tell what is wrong where a server said so itself, beside those of every refusal. */
  readonly tells?: RegExp;
  /** Of inputs whose outcome is certain, the good one among them. */
  readonly expected?: Outcome;
  /** Reads the input as a command would. Whatever it throws is judged. */
  read(): Reading | Promise<Reading>;
}

export interface Reading {
  /** Problems that were told of parts of the input, where the rest was read. */
  readonly problems?: readonly string[];
  /** What is missing in what was read though nobody was told; undefined if nothing is. */
  readonly lost?: string | undefined;
}

export type Outcome = "read" | "refused" | "bounded" | "fault";
export interface Verdict {
  readonly outcome: Outcome;
  /** Of a fault: what is wrong. */
  readonly why?: string;
}

const MOST_LINES = 21;
const LONGEST_LINE = 1100;
/** Faults that a failing test shows. */
const MOST_TOLD = 10;
/** Says what should have been there, or what is wrong in words that leave no doubt of it. */
const EXPECTATION =
  /expect|must be|no such|cannot|could not|not UTF-8|damaged|unknown key|ended|another|does not|needs? /i;
const LIMIT = /\bat most\b|\bmore than [\d.,]+ |\blonger (one|than)\b|did not end within/;
/** What a JavaScript program says of its own mistakes. */
const OURS =
  /^\s+at .+:\d+:\d+|\b(TypeError|ReferenceError|RangeError|AssertionError)\b|(?<!that )is not a function|is not iterable|Cannot (read|set) properties|Cannot destructure|\[object Object\]|undefined \(reading/m;

/** What is wrong with a message that a person gets; undefined if nothing is. */
export function faultIn(message: string, place?: string | RegExp, tells?: RegExp): string | undefined {
  const shown = printableLines(message);
  const lines = shown.split("\n").length;
  if (OURS.test(shown)) return `speaks of the program: ${shown.slice(0, 300)}`;
  if (lines > MOST_LINES) return `has ${lines} lines: ${shown.slice(0, 300)}`;
  const longest = Math.max(...shown.split("\n").map(({ length }) => length));
  if (longest > LONGEST_LINE) return `has a line of ${longest} characters: ${shown.slice(0, 300)}`;
  if (!EXPECTATION.test(shown) && !tells?.test(shown)) return `does not say what was expected: ${shown.slice(0, 300)}`;
  const isNamed = place === undefined || (typeof place === "string" ? shown.includes(place) : place.test(shown));
  return isNamed ? undefined : `does not name ${place}: ${shown.slice(0, 300)}`;
}

export async function judge(one: HostileCase): Promise<Verdict> {
  const verdict = await outcomeOf(one);
  const { expected = verdict.outcome } = one;
  if (verdict.outcome === "fault" || verdict.outcome === expected) return verdict;
  return { outcome: "fault", why: `expected it to be ${expected}, found it ${verdict.outcome}` };
}

async function outcomeOf(one: HostileCase): Promise<Verdict> {
  let reading: Reading;
  try {
    reading = await one.read();
  } catch (error) {
    // What the command line would print, and whether it takes the error for a mistake of its own.
    const { message } = failureOf(error, ["hostile"]);
    if (/this is a bug in gleaner|threw this/.test(message)) return { outcome: "fault", why: `untyped: ${message}` };
    const why = faultIn(message, one.place, one.tells);
    return why ? { outcome: "fault", why } : { outcome: LIMIT.test(message) ? "bounded" : "refused" };
  }
  if (reading.lost !== undefined) return { outcome: "fault", why: `dropped without a word: ${reading.lost}` };
  const { problems = [] } = reading;
  const why = problems.map((problem) => faultIn(problem)).find((fault) => fault !== undefined);
  if (why) return { outcome: "fault", why };
  if (problems.length === 0) return { outcome: "read" };
  return { outcome: problems.some((problem) => LIMIT.test(problem)) ? "bounded" : "refused" };
}

/** Judges all of them; prints the counts; fails with the first faults. Returns how many there were. */
export async function judgeAll(
  kind: string,
  cases: Iterable<HostileCase> | AsyncIterable<HostileCase>,
): Promise<number> {
  const counts = { read: 0, refused: 0, bounded: 0, fault: 0 };
  const faults: string[] = [];
  for await (const one of cases) {
    const { outcome, why } = await judge(one);
    counts[outcome] += 1;
    if (outcome === "fault") faults.push(`${one.name}: ${why}`);
  }
  const total = counts.read + counts.refused + counts.bounded + counts.fault;
  const { read, refused, bounded, fault } = counts;
  console.log(
    `${kind}: ${total} inputs, ${read} read, ${refused} refused, ${bounded} bounded, ${fault} untyped or silent`,
  );
  assert.deepEqual(faults.slice(0, MOST_TOLD), [], `${faults.length} faults in ${kind}`);
  return total;
}
