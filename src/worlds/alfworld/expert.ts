/**
 * A scripted searcher: knows the household's rules and where things usually are, but not where they are today. It looks
 * into receptacles until it finds what the task names, takes it, treats it and puts it down. Works from the text alone
 * and does only what is listed. Not an optimal planner; make it err with `noisy`.
 */
import type { Policy } from "../../core/policy.ts";
import { type Command, type Wording, writeCommand } from "./commands.ts";
import { type Goal, readGoal, type Treatment } from "./goals.ts";
import { type Memory, remember } from "./memory.ts";
import { kindOf } from "./observations.ts";
import { likelyPlaces } from "./places.ts";

/** Where a thing is cleaned, heated and cooled. */
const STATIONS: Readonly<Record<Treatment, string>> = { clean: "sinkbasin", heat: "microwave", cool: "fridge" };

/** `wording`: the commands of the world that it acts in. */
export function alfworldSearcher(wording: Wording): Policy {
  return {
    name: "expert/alfworld-searcher",
    async act({ task, steps, observation, actions }) {
      const memory = remember(steps, observation);
      const listed = await actions();
      const isPossible = ({ command, at }: Intention) => {
        if (listed) return listed.includes(writeCommand(command, wording));
        return memory.here === at && !memory.closed.has(at);
      };
      const goal = readGoal(task.instruction);
      const intention = goal && nextStep(goal, { ...memory, isPossible });
      const action = intention ? wayTo(intention, memory, listed, wording) : "look";
      return { thought: "", action, completion: action, usage: null };
    },
    async close() {},
  };
}

/** Something to do, and the receptacle where it can be done. */
interface Intention {
  readonly command: Command;
  readonly at: string;
}

interface Situation extends Memory {
  /** Whether it can be done right now. */
  isPossible(intention: Intention): boolean;
}

/** What to do for the goal, as if one were at the right place; null if there is nothing to try. */
function nextStep(goal: Goal, situation: Situation): Intention | null {
  const { carrying } = situation;
  if (carrying === null) return fetch(goal, situation);
  if (kindOf(carrying) !== goal.object) return putAway(carrying, situation);
  if (goal.kind === "light") return light(goal.lamp, situation);
  const { treatment, target } = goal;
  if (treatment && !situation.treated.get(carrying)?.has(treatment)) {
    const station = situation.receptacles.find((receptacle) => kindOf(receptacle) === STATIONS[treatment]);
    return station ? { command: { verb: treatment, names: [carrying, station] }, at: station } : null;
  }
  const place = placeFor(goal.object, target, situation);
  return place === undefined ? null : putting(carrying, place);
}

const putting = (thing: string, at: string): Intention => ({ command: { verb: "put", names: [thing, at] }, at });

/** Take a thing that the goal needs and that was seen, or look for one. */
function fetch(goal: Goal, situation: Situation): Intention | null {
  const { object } = goal;
  const isDelivered = (receptacle: string) => {
    if (goal.kind !== "place" || goal.treatment) return false;
    return goal.count === 1
      ? kindOf(receptacle) === goal.target
      : receptacle === placeFor(object, goal.target, situation);
  };
  for (const [at, things] of situation.contents) {
    const thing = isDelivered(at) ? undefined : things.find((name) => kindOf(name) === object);
    if (thing) return { command: { verb: "take", names: [thing, at] }, at };
  }
  return lookFor(object, situation);
}

/** Switch a lamp on that was seen and not tried in vain, or look for one. */
function light(lamp: string, situation: Situation): Intention | null {
  for (const [at, things] of situation.contents) {
    for (const thing of things.filter((name) => kindOf(name) === lamp)) {
      const intention: Intention = { command: { verb: "use", names: [thing] }, at };
      if (situation.isPossible(intention) || !situation.visitedCarrying.has(at)) return intention;
    }
  }
  return lookFor(lamp, situation);
}

/** The unseen receptacle where a thing of this kind most likely is; when all were seen, the one seen longest ago. */
function lookFor(kind: string, { receptacles, contents, closed }: Memory): Intention | null {
  const places = likelyPlaces(kind);
  const rank = (receptacle: string) => {
    const at = places.indexOf(kindOf(receptacle));
    return at < 0 ? places.length : at;
  };
  const unseen = receptacles.filter((receptacle) => !contents.has(receptacle));
  const at = leastBy(unseen, (receptacle) => [rank(receptacle)]) ?? contents.keys().next().value;
  if (at === undefined) return null;
  return { command: { verb: closed.has(at) ? "open" : "examine", names: [at] }, at };
}

/** The receptacle to put things of this kind on: where one lies already, else here, else one that need not be opened. */
function placeFor(object: string, target: string, situation: Situation): string | undefined {
  const { receptacles, contents, closed, here, carrying, visitedCarrying } = situation;
  const places = receptacles.filter((receptacle) => kindOf(receptacle) === target);
  const count = (place: string) => contents.get(place)?.filter((thing) => kindOf(thing) === object).length ?? 0;
  const wasTried = (place: string) =>
    visitedCarrying.has(place) && !closed.has(place) && !situation.isPossible(putting(carrying ?? object, place));
  return leastBy(places, (place) => [+wasTried(place), -count(place), +(place !== here), +closed.has(place)]);
}

/** Put down a thing that the goal does not need, where such things belong. */
function putAway(thing: string, situation: Situation): Intention | null {
  const places = likelyPlaces(kindOf(thing));
  const belongs = (receptacle: string) => places.includes(kindOf(receptacle));
  const isPossible = (receptacle: string) => situation.isPossible(putting(thing, receptacle));
  const { receptacles, visitedCarrying, closed } = situation;
  const place = leastBy(receptacles, (receptacle) => [
    +!isPossible(receptacle),
    +visitedCarrying.has(receptacle),
    +!belongs(receptacle),
    +closed.has(receptacle),
  ]);
  return place === undefined ? null : putting(thing, place);
}

/** The first action on the way to carrying out an intention: itself, or going there, opening, looking closely. */
function wayTo({ command, at }: Intention, memory: Memory, listed: readonly string[] | null, wording: Wording): string {
  const leading = (["go", "open", "examine"] as const).map((verb): Command => ({ verb, names: [at] }));
  const [now, go, open, examine] = [command, ...leading].map((choice) => writeCommand(choice, wording));
  if (listed) return [now, go, open, examine].find((choice) => listed.includes(choice!)) ?? "look";
  if (memory.here !== at) return go!;
  return memory.closed.has(at) ? open! : now!;
}

/** The first item whose `keys` come first, compared one after the other. */
function leastBy<T>(items: readonly T[], keys: (item: T) => readonly number[]): T | undefined {
  let best: { item: T; keys: readonly number[] } | undefined;
  for (const item of items) {
    const own = keys(item);
    const at = best ? own.findIndex((key, i) => key !== best!.keys[i]) : 0;
    if (!best || (at >= 0 && own[at]! < best.keys[at]!)) best = { item, keys: own };
  }
  return best?.item;
}
