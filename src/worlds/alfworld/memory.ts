/** What can be known in the middle of an episode, put together from its actions and observations alone. */
import type { Step } from "../../core/trajectory.ts";
import { readCommand, type Verb } from "./commands.ts";
import { readObservation } from "./observations.ts";

export interface Memory {
  /** Everything that can be gone to, in the order of the introduction. */
  readonly receptacles: readonly string[];
  /** Where `go to` last led; null at the start. */
  readonly here: string | null;
  /** What was last known to lie on or in each receptacle that was seen into; the one seen longest ago comes first. */
  readonly contents: ReadonlyMap<string, readonly string[]>;
  readonly closed: ReadonlySet<string>;
  readonly carrying: string | null;
  /** What was done to a thing: clean, heat, cool, use. */
  readonly treated: ReadonlyMap<string, ReadonlySet<Verb>>;
  /** Receptacles that were gone to, opened or examined with the thing carried now in hand. */
  readonly visitedCarrying: ReadonlySet<string>;
}

export function remember(steps: readonly Step[], observation: string): Memory {
  const receptacles: string[] = [];
  const contents = new Map<string, readonly string[]>();
  const closed = new Set<string>();
  const treated = new Map<string, Set<Verb>>();
  const visitedCarrying = new Set<string>();
  let here: string | null = null;
  let carrying: string | null = null;

  const treat = (thing: string, verb: Verb): void => {
    const done = treated.get(thing) ?? new Set<Verb>();
    if (verb === "heat") done.delete("cool");
    if (verb === "cool") done.delete("heat");
    treated.set(thing, done.add(verb));
  };
  const carry = (thing: string | null): void => {
    carrying = thing;
    visitedCarrying.clear();
  };

  const observations = [...steps.map((step) => step.observation), observation];
  observations.forEach((text, index) => {
    const reading = readObservation(text);
    if (index === 0) {
      if (reading.kind === "room") receptacles.push(...reading.receptacles);
      return;
    }
    const command = readCommand(steps[index - 1]!.action.trim());
    if (!command || reading.kind === "failed") return;
    const { verb } = command;
    const [first = "", second = ""] = command.names;
    if (verb === "go") here = first;
    if (carrying !== null && (verb === "go" || verb === "open" || verb === "examine")) visitedCarrying.add(first);
    if (reading.kind === "contents") {
      // Seen last, so last in the map.
      contents.delete(reading.of);
      contents.set(reading.of, reading.things);
      closed.delete(reading.of);
    } else if (reading.kind === "closed") {
      closed.add(reading.of);
    } else if (reading.kind === "carrying") {
      carrying = reading.things[0] ?? null;
    } else if (reading.kind === "done") {
      if (verb === "close") closed.add(first);
      if (verb === "clean" || verb === "heat" || verb === "cool" || verb === "use") treat(first, verb);
      if (verb === "take") {
        carry(first);
        contents.set(second, contents.get(second)?.filter((thing) => thing !== first) ?? []);
      }
      if (verb === "put") {
        carry(null);
        contents.set(second, [...(contents.get(second) ?? []), first]);
      }
    }
  });
  return { receptacles, here, contents, closed, carrying, treated, visitedCarrying };
}
