/**
 * What an episode happened to achieve, and the shortest sensible way there: which goal its last action reached, as a
 * condition on the world, and which of its actions served that goal.
 */
import type { Command } from "./commands.ts";
import type { Goal, Treatment } from "./goals.ts";
import { kindOf, readObservation } from "./observations.ts";
import type { Condition } from "./pddl.ts";

/** Something done, and what was seen then. */
export interface Move {
  readonly command: Command;
  readonly observation: string;
}

/** Look-abouts before a thing is taken that are kept: searching is a part of what is to be learned. */
const MAX_SEARCHED = 6;

/** The goals that the last of `moves` may have reached; whether it did is for `conditionOf` to say. */
export function goalsReached(moves: readonly Move[]): Goal[] {
  const { verb, names } = moves.at(-1)!.command;
  const [thing = "", place = ""] = names;
  if (verb === "use") {
    const carried = carriedAfter(moves);
    return carried === null ? [] : [{ kind: "light", object: kindOf(carried), lamp: kindOf(thing) }];
  }
  if (verb !== "put") return [];
  const taken = lastTaken(moves, thing);
  const treatments = moves.slice(taken).flatMap(({ command }) => {
    const isTreatment = command.verb === "clean" || command.verb === "heat" || command.verb === "cool";
    return isTreatment ? [command.verb as Treatment] : [];
  });
  const goal = { kind: "place", object: kindOf(thing), target: kindOf(place) } as const;
  const treated = treatments.map((treatment): Goal => ({ ...goal, count: 1, treatment }));
  return [...treated, { ...goal, count: 2, treatment: null }, { ...goal, count: 1, treatment: null }];
}

function carriedAfter(moves: readonly Move[]): string | null {
  const last = moves.findLast(({ command }) => command.verb === "take" || command.verb === "put")?.command;
  return last?.verb === "take" ? last.names[0]! : null;
}

/** Index of the last time that `thing` was taken; -1 if never. */
function lastTaken(moves: readonly Move[], thing: string): number {
  return moves.findLastIndex(({ command }) => command.verb === "take" && command.names[0] === thing);
}

/** The commands of `moves` that serve `goal`, which the last one reached: what it needs, and looking for it. */
export function shortened(moves: readonly Move[], goal: Goal): Command[] {
  const needed = neededFor(moves, goal);
  const kept = new Set(needed);
  for (const index of needed) {
    const place = placeOf(moves[index]!.command);
    const opened = moves.findLastIndex(
      ({ command: { verb, names } }, i) => i < index && verb === "open" && names[0] === place,
    );
    for (const at of opened < 0 ? [index] : [opened, index]) {
      kept.add(at);
      const gone = moves.findLastIndex(({ command }, i) => i < at && command.verb === "go");
      if (gone >= 0) kept.add(gone);
    }
  }
  for (const index of searching(moves, needed, goal.object)) kept.add(index);
  return [...kept].sort((a, b) => a - b).map((index) => moves[index]!.command);
}

/** Indexes of what must be done with things: taking, treating and putting each that the goal counts, switching on. */
function neededFor(moves: readonly Move[], goal: Goal): number[] {
  const last = moves.length - 1;
  if (goal.kind === "light") return [lastTaken(moves, carriedAfter(moves) ?? ""), last].filter((index) => index >= 0);
  const put = moves[last]!.command;
  const puts = moves.flatMap(({ command }, index) => {
    const isOther = command.verb === "put" && command.names[0] !== put.names[0];
    const counts = goal.count === 2 && isOther && command.names[1] === put.names[1];
    return counts && kindOf(command.names[0]!) === goal.object ? [index] : [];
  });
  return [...puts.slice(-1), last].flatMap((index) => {
    const taken = lastTaken(moves.slice(0, index), moves[index]!.command.names[0]!);
    // What was put back where it came from need not be touched.
    if (index < last && moves[taken]?.command.names[1] === put.names[1]) return [];
    const treated = moves.findLastIndex(({ command }, i) => i > taken && i < index && command.verb === goal.treatment);
    return [taken, treated, index].filter((at) => at >= 0);
  });
}

/** Indexes of looking into places, each for the first time, until the thing that is taken next has been seen. */
function searching(moves: readonly Move[], needed: readonly number[], kind: string): number[] {
  const readings = moves.map(({ observation }) => readObservation(observation));
  const shows = (index: number, isIt: (thing: string) => boolean) => {
    const reading = readings[index]!;
    return reading.kind === "contents" && reading.things.some(isIt);
  };
  const seen = new Set<string>();
  const visits: number[][] = [];
  let from = 0;
  for (const until of needed) {
    const { verb, names } = moves[until]!.command;
    for (let index = from; verb === "take" && index < until; index++) {
      if (shows(index, (thing) => thing === names[0])) break;
      const reading = readings[index]!;
      const isFresh = reading.kind === "contents" && !seen.has(reading.of);
      if (!isFresh || shows(index, (thing) => kindOf(thing) === kind)) continue;
      seen.add(reading.of);
      visits.push(visitAt(index, moves));
    }
    from = until + 1;
  }
  return visits.slice(-MAX_SEARCHED).flat();
}

/** Going to a place; or going there and opening it, one right after the other. Nothing else is a visit. */
function visitAt(index: number, moves: readonly Move[]): number[] {
  const { command } = moves[index]!;
  const before = moves[index - 1]?.command;
  if (command.verb === "go") return [index];
  const isVisit = command.verb === "open" && before?.verb === "go" && before.names[0] === command.names[0];
  return isVisit ? [index - 1, index] : [];
}

/** The receptacle where a command is carried out, as far as it says. */
const placeOf = ({ verb, names }: Command): string | undefined => (verb === "use" ? undefined : names.at(-1));

const PROPERTY: Readonly<Record<Treatment, string>> = { clean: "isclean", heat: "ishot", cool: "iscool" };

/** `goal` in the words of ALFWorld's domain. */
export function conditionOf(goal: Goal): Condition {
  const variable = (name: string, type: string) => ({ name, type });
  const isOfKind = (thing: string, kind: string) => atom("objecttype", thing, `${kind}type`);
  if (goal.kind === "light") {
    const shining = [
      isOfKind("?lamp", goal.lamp),
      atom("istoggled", "?lamp"),
      atom("inreceptacle", "?lamp", "?r"),
      atom("receptacleatlocation", "?r", "?l"),
      atom("atlocation", "?a", "?l"),
    ];
    const held = [isOfKind("?o", goal.object), atom("holds", "?a", "?o")];
    const things = [variable("?lamp", "object"), variable("?o", "object"), variable("?r", "receptacle")];
    const variables = [...things, variable("?a", "agent"), variable("?l", "location")];
    return { kind: "exists", variables, body: { kind: "and", parts: [...shining, ...held] } };
  }
  const { treatment, object, target, count } = goal;
  const placed = (thing: string) => [isOfKind(thing, object), atom("inreceptacle", thing, "?r")];
  const parts = [atom("receptacletype", "?r", `${target}type`), ...placed("?o")];
  if (treatment) parts.push(atom(PROPERTY[treatment], "?o"));
  if (count === 2) parts.push(...placed("?other"), { kind: "equal", terms: ["?o", "?other"], negated: true });
  const variables = [variable("?r", "receptacle"), variable("?o", "object"), variable("?other", "object")];
  return { kind: "exists", variables: variables.slice(0, count + 1), body: { kind: "and", parts } };
}

const atom = (predicate: string, ...terms: string[]): Condition => ({ kind: "atom", predicate, terms, negated: false });
