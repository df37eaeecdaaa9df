/**
 * A scripted shopper: knows how the shop works, but not its goods. It searches with the instruction's words, looks at one
 * affordable result after the other, first at those whose titles promise most, and buys the first that has every wanted
 * option. When its patience ends it settles for what came closest. Works from the pages' text alone, and not with care: it
 * reads no features, and does not notice a value clicked by mistake. Make it err with `noisy`.
 */
import type { Policy } from "../../core/policy.ts";
import type { Step } from "../../core/trajectory.ts";
import { type ItemPage, type Page, type ResultsPage, readPage } from "./pages.ts";
import { type Request, readRequest, searchesFor, shareOf, wantedValues } from "./requests.ts";

export interface ShopperOptions {
  /** Steps after which it settles; five more are enough to open an item, choose three options and buy. Default 10. */
  readonly patience?: number;
  /** Pages of results that it reads of each search. Default 2. */
  readonly pages?: number;
}

/** What a title must share more with the wish, in [0, 1], to outweigh standing one place lower. */
const PROMISE_LOST_BY_PLACE = 0.05;

export function shopper({ patience = 10, pages = 2 }: ShopperOptions = {}): Policy {
  return {
    name: "expert/webshop-shopper",
    async act({ task, steps, observation }) {
      const page = readPage(observation);
      const request = readRequest("instruction" in page ? page.instruction : task.instruction);
      const memory = remember(steps);
      const action = nextAction(page, { request, memory, settles: steps.length >= patience, pages });
      return { thought: "", action, completion: action, usage: null };
    },
    async close() {},
  };
}

interface Situation {
  readonly request: Request;
  readonly memory: Memory;
  readonly settles: boolean;
  readonly pages: number;
}

/** What can be known in the middle of an episode, from its actions and observations alone. */
interface Memory {
  readonly searches: ReadonlySet<string>;
  /** Products that were looked at, and how many of the wanted options each lacks. */
  readonly opened: ReadonlyMap<string, number>;
  /** What was clicked on the item's page since it was opened. */
  readonly clicked: ReadonlySet<string>;
}

function remember(steps: readonly Step[]): Memory {
  const searches = new Set<string>();
  const opened = new Map<string, number>();
  const clicked = new Set<string>();
  let asin = "";
  for (const { observation, action } of steps) {
    const page = readPage(observation);
    const [, verb, what = ""] = /^(search|click)\[(.*)\]$/.exec(action) ?? [];
    if (verb === "search") searches.add(what);
    if (page.kind === "results") {
      asin = what;
      clicked.clear();
    } else if (page.kind === "item") {
      const wanted = wantedValues(page.labels, readRequest(page.instruction));
      opened.set(asin, wanted.filter((value) => value === null).length);
      clicked.add(what);
    }
  }
  return { searches, opened, clicked };
}

function nextAction(page: Page, situation: Situation): string {
  switch (page.kind) {
    case "search":
      return `search[${nextSearch(situation)}]`;
    case "results":
      return `click[${fromResults(page, situation)}]`;
    case "item":
      return `click[${onItem(page, situation)}]`;
    case "details":
      return "click[< prev]";
    case "receipt":
    case "other":
      return "click[back to search]";
  }
}

/** The best search that was not tried; when all were, the best. */
function nextSearch({ request, memory }: Situation): string {
  const searches = searchesFor(request);
  return searches.find((search) => !memory.searches.has(search)) ?? searches[0] ?? request.text;
}

/** The most promising product that was not looked at; the one that came closest if it is time to settle. */
function fromResults({ offers, page }: ResultsPage, { request, memory, settles, pages }: Situation): string {
  const affordable = offers.filter(({ price }) => price.low <= request.priceLimit);
  const promise = new Map(
    affordable.map(({ asin, title }, place) => [asin, shareOf(title, request) - PROMISE_LOST_BY_PLACE * place]),
  );
  const asins = affordable.map(({ asin }) => asin);
  const [promising] = asins
    .filter((asin) => !memory.opened.has(asin))
    .sort((a, b) => promise.get(b)! - promise.get(a)!);
  const [closest] = asins
    .filter((asin) => memory.opened.has(asin))
    .sort((a, b) => memory.opened.get(a)! - memory.opened.get(b)!);
  const choice = settles ? (closest ?? promising ?? offers[0]?.asin) : promising;
  return choice ?? (page < pages && offers.length > 0 ? "next >" : "back to search");
}

function onItem({ labels, price }: ItemPage, { request, memory, settles }: Situation): string {
  const wanted = wantedValues(labels, request);
  const fits = price.low <= request.priceLimit && !wanted.includes(null);
  if (!fits && !settles) return "< prev";
  return wanted.find((value) => value !== null && !memory.clicked.has(value)) ?? "buy now";
}
