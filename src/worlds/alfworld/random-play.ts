/**
 * Random play that gets somewhere: every listed action has a weight, larger where it leads to something being taken,
 * treated or put down. What kind of thing it leads to is a wish, not a goal: nothing is planned and nothing is searched.
 */
import type { Random } from "../../core/random.ts";
import { type Command, readCommand, type Verb } from "./commands.ts";
import type { Facts } from "./facts.ts";
import type { Game } from "./game.ts";
import type { Goal } from "./goals.ts";
import type { Move } from "./hindsight.ts";
import { kindOf } from "./observations.ts";

/** What an episode would rather do. */
export interface Wish {
  /** Kinds of things to take; empty = any. */
  readonly kinds: readonly string[];
  /** What to do with a thing before it is put down, and the kinds of receptacles where that may be possible. */
  readonly treatment: { readonly verb: Verb; readonly places: readonly string[] } | null;
  /** Whether to bring a second thing to where the first was put. */
  readonly isPair: boolean;
}

const FOOD = ["apple", "bread", "egg", "potato", "tomato"];
const DISHES = ["bowl", "cup", "mug", "plate", "pan", "pot"];
const WASHED = ["butterknife", "cloth", "fork", "kettle", "knife", "ladle", "lettuce", "soapbar", "spatula", "spoon"];

/** The wish of an episode in a game whose task is `own`: the same kind of task, mostly with other things. */
export function wishFor(own: Goal | null): Wish {
  const isPair = own?.kind === "place" && own.count === 2;
  const wish = { kinds: [], treatment: null, isPair };
  if (isPair) return { ...wish, kinds: [own.object] };
  if (own?.kind === "light") {
    return { ...wish, treatment: { verb: "use", places: ["desk", "dresser", "sidetable", "coffeetable", "shelf"] } };
  }
  switch (own?.treatment) {
    case "clean":
      return { ...wish, kinds: [...FOOD, ...DISHES, ...WASHED], treatment: { verb: "clean", places: ["sinkbasin"] } };
    case "heat":
      return { ...wish, kinds: [...FOOD, "cup", "mug", "plate"], treatment: { verb: "heat", places: ["microwave"] } };
    case "cool":
      return { ...wish, kinds: [...FOOD, ...DISHES, "lettuce"], treatment: { verb: "cool", places: ["fridge"] } };
    default:
      return wish;
  }
}

/** Plays from the start until `isEnough` says so, or `maxMoves` were made. */
export function playRandomly(
  game: Game,
  options: {
    readonly wish: Wish;
    readonly draw: Random;
    readonly maxMoves: number;
    isEnough(moves: readonly Move[], facts: Facts): boolean;
  },
): void {
  const { wish, draw, maxMoves, isEnough } = options;
  const mood = newMood();
  const moves: Move[] = [];
  let facts = game.initial;
  while (moves.length < maxMoves) {
    const action = choose(game.commands(facts), mood, wish, draw);
    const after = game.act(facts, action);
    facts = after.facts;
    const command = readCommand(action) ?? { verb: "look", names: [] };
    moves.push({ command, observation: after.observation });
    note(mood, command, wish);
    if (isEnough(moves, facts)) return;
  }
}

/** What was done so far, as far as it matters for what comes next. */
interface Mood {
  carried: string | null;
  readonly gone: Set<string>;
  /** What was done with the thing carried now. */
  readonly done: Set<Verb>;
  /** Whether the thing carried now has been brought to where it might be treated, and whether that place was left since. */
  isBrought: boolean;
  wasBrought: boolean;
  lastPut: { readonly thing: string; readonly place: string } | null;
}

const newMood = (): Mood => {
  return { carried: null, gone: new Set(), done: new Set(), isBrought: false, wasBrought: false, lastPut: null };
};

function note(mood: Mood, { verb, names }: Command, { treatment }: Wish): void {
  const [first = "", second = ""] = names;
  if (verb === "go") {
    mood.gone.add(first);
    mood.wasBrought ||= mood.isBrought;
    mood.isBrought = mood.carried !== null && treatment?.places.includes(kindOf(first)) === true;
  } else if (verb === "take" || verb === "put") {
    mood.carried = verb === "take" ? first : null;
    mood.isBrought = false;
    mood.wasBrought = false;
    mood.done.clear();
    if (verb === "put") mood.lastPut = { thing: first, place: second };
  } else {
    mood.done.add(verb);
  }
}

/** How much likelier an action is for serving the wish. */
const SERVES = 30;

function choose(listed: readonly string[], mood: Mood, wish: Wish, draw: Random): string {
  const verbs = listed.map(verbOf);
  const counts = new Map<Verb, number>();
  for (const verb of verbs) counts.set(verb, (counts.get(verb) ?? 0) + 1);
  const weigh = mood.carried === null ? weightEmpty : weightCarrying;
  const weights = listed.map((action, i) => weigh(verbs[i]!, action, mood, wish) / counts.get(verbs[i]!)!);
  let rest = draw.next() * weights.reduce((sum, weight) => sum + weight, 0);
  return listed[weights.findIndex((weight) => (rest -= weight) < 0)] ?? draw.pick(listed);
}

function weightEmpty(verb: Verb, action: string, mood: Mood, { kinds, isPair }: Wish): number {
  switch (verb) {
    case "go":
      return mood.gone.has(action.slice("go to ".length)) ? 2 : 20;
    case "open":
      return 20;
    case "take": {
      const isFromThere = mood.lastPut !== null && action.endsWith(` ${mood.lastPut.place}`);
      if (isPair && isFromThere) return 0;
      const serves = kinds.length === 0 || kinds.some((kind) => action.startsWith(`take ${kind} `));
      return serves ? SERVES : 1;
    }
    case "use":
    case "look":
      return 0.3;
    default:
      return 0;
  }
}

function weightCarrying(verb: Verb, action: string, mood: Mood, { treatment, isPair }: Wish): number {
  const isRaw = treatment !== null && !mood.done.has(treatment.verb) && !mood.wasBrought;
  const partner =
    isPair && mood.lastPut && kindOf(mood.lastPut.thing) === kindOf(mood.carried!) ? mood.lastPut.place : null;
  switch (verb) {
    case "go": {
      const place = action.slice("go to ".length);
      const serves = isRaw ? treatment.places.includes(kindOf(place)) : place === partner;
      return serves ? 20 * SERVES : 10;
    }
    case "put": {
      if (isRaw) return 0.3;
      return partner === null || action.endsWith(` ${partner}`) ? SERVES : 0.3;
    }
    case "open":
      return 10;
    case "clean":
    case "heat":
    case "cool":
    case "use":
      if (mood.done.has(verb)) return 0;
      return verb === treatment?.verb ? 20 * SERVES : 3;
    default:
      return 0;
  }
}

/** Cheaper than reading the whole command. */
function verbOf(action: string): Verb {
  const end = action.indexOf(" ");
  const word = end < 0 ? action : action.slice(0, end);
  return word === "move" ? "put" : (word as Verb);
}
