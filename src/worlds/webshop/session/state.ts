/**
 * What a session is: which page it shows, what was chosen on the way there, and nothing else. Plain JSON of a few
 * hundred bytes; a snapshot is the state itself. The pages are computed from it and the shop (view.ts), never stored.
 */
import { EnvironmentError } from "../../../core/errors.ts";
import type { Json } from "../../../core/json.ts";
import type { Reward } from "../types.ts";

export const SUB_PAGES = ["Description", "Features", "Reviews", "Attributes"] as const;
export type SubPage = (typeof SUB_PAGES)[number];

/** Chosen options by the order in which their groups were first chosen from. */
export type Choices = readonly (readonly [name: string, value: string])[];

/** `options` with `value` chosen; a group that was chosen from before keeps its place. */
export function choose(options: Choices, name: string, value: string): Choices {
  const isNew = !options.some(([known]) => known === name);
  if (isNew) return [...options, [name, value]];
  return options.map((choice) => (choice[0] === name ? [name, value] : choice));
}

/** A page of results: what was searched for, in lower case, and which ten of the products are shown. */
export interface ResultsPlace {
  readonly query: string;
  /** From 1; a search for `search_results` can lead to an empty page 0, as in the original. */
  readonly page: number;
}

export interface ItemPlace extends ResultsPlace {
  readonly asin: string;
  readonly options: Choices;
}

/** The page that a session shows. */
export type Place =
  | { readonly kind: "index" }
  | ({ readonly kind: "results" } & ResultsPlace)
  | ({ readonly kind: "item" } & ItemPlace)
  | ({ readonly kind: "sub"; readonly name: SubPage } & ItemPlace)
  | { readonly kind: "done"; readonly asin: string; readonly options: Choices; readonly reward: Reward };

export interface State {
  /** Index in the stock's goals; also the session's name in addresses. */
  readonly goal: number;
  /** The task's seed: random searches (`<r>`) draw from it. */
  readonly seed: number;
  /** Random searches so far; each draws other products. */
  readonly draws: number;
  /** Products looked at since the last index page, in order. */
  readonly visited: readonly string[];
  readonly place: Place;
}

/** The first page for a goal. */
export const initialState = (goal: number, seed: number): State => ({
  goal,
  seed,
  draws: 0,
  visited: [],
  place: { kind: "index" },
});

/** `saved` as a state. Throws EnvironmentError if no session of `goal` could have left it. */
export function readState(saved: Json, goal: number, isProduct: (asin: string) => boolean): State {
  const isAsin = (value: unknown) => typeof value === "string" && isProduct(value);
  const isState =
    isObject(saved) &&
    saved.goal === goal &&
    Number.isSafeInteger(saved.seed) &&
    isCount(saved.draws) &&
    Array.isArray(saved.visited) &&
    saved.visited.every(isAsin) &&
    isObject(saved.place) &&
    isPlace(saved.place, isAsin);
  if (!isState) throw new EnvironmentError("this snapshot is of no session of this shop");
  return saved as unknown as State;
}

function isPlace(place: JsonObject, isAsin: (value: unknown) => boolean): boolean {
  const hasResults = typeof place.query === "string" && isCount(place.page);
  const hasItem = isAsin(place.asin) && isChoices(place.options);
  switch (place.kind) {
    case "index":
      return true;
    case "results":
      return hasResults;
    case "item":
      return hasResults && hasItem;
    case "sub":
      return hasResults && hasItem && SUB_PAGES.includes(place.name as SubPage);
    case "done":
      return hasItem && isObject(place.reward) && Number.isFinite(place.reward.total);
    default:
      return false;
  }
}

type JsonObject = { readonly [key: string]: Json };

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isChoices = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === "string"));
