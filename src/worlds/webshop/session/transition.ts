/**
 * What an action does: `act(front, view, action)` is the state after the page `view`, the same one if nothing happens.
 * Every quirk of the original's dispatch is kept: searches are accepted on every page, also after buying; buttons act by
 * the page that the address seems to name; an option whose value is a button's label acts as that button. Where the
 * original raises an exception (`search[<a> …]`, `search[<c>]`, `search[<r>]` in a shop of fewer than 50 products), the
 * page stays.
 */
import { rewardOf } from "../reward/reward.ts";
import type { Reward } from "../types.ts";
import { parseAction } from "./actions.ts";
import { clickablesOf } from "./clickables.ts";
import { choose, type ItemPlace, initialState, type ResultsPlace, type State, SUB_PAGES } from "./state.ts";
import { isRandomSearch, type Storefront } from "./storefront.ts";
import { pageNameIn } from "./urls.ts";
import type { View } from "./view.ts";

export function act(front: Storefront, view: View, text: string): State {
  const { state } = view;
  const action = parseAction(text);
  if (action?.name === "search") return search(front, state, { query: action.argument, page: 1 });
  const isAccepted =
    action?.name === "click" && action.argument !== "search" && clickablesOf(view).includes(action.argument);
  return isAccepted ? click(front, view, action.argument) : state;
}

function search(front: Storefront, state: State, { query, page }: ResultsPlace): State {
  const draws = isRandomSearch(query) ? state.draws + 1 : state.draws;
  if (front.find({ ...state, draws, query }) === null) return state;
  return { ...state, draws, place: { kind: "results", query, page } };
}

function click(front: Storefront, view: View, label: string): State {
  const { state } = view;
  const { place } = state;
  if (place.kind === "index" || place.kind === "done") return state;
  if (label === "buy now" && place.kind === "item") {
    const { asin, options } = place;
    return { ...state, place: { kind: "done", asin, options, reward: rewardFor(front, state.goal, place) } };
  }
  if (label === "back to search") return { ...initialState(state.goal, state.seed), draws: state.draws };
  const { query, page } = place;
  const seeming = pageNameIn(view.url);
  if (label === "next >" && seeming === "search_results") return search(front, state, { query, page: page + 1 });
  if (label === "< prev" && seeming === "search_results") return search(front, state, { query, page: page - 1 });
  if (label === "< prev" && seeming === "item_page") return search(front, state, { query, page });
  if (place.kind === "results") {
    const asin = label.toUpperCase();
    const visited = state.visited.includes(asin) ? state.visited : [...state.visited, asin];
    return { ...state, visited, place: { kind: "item", query, page, asin, options: [] } };
  }
  const { asin, options } = place;
  const item = { query, page, asin, options };
  const name = SUB_PAGES.find((subPage) => subPage.toLowerCase() === label);
  if (name) return { ...state, place: { kind: "sub", name, ...item } };
  if (view.kind !== "item") return { ...state, place: { kind: "item", ...item } };
  const group = view.product.options.findLast(({ values }) => values.includes(label));
  const chosen = group ? choose(options, group.name, label) : options;
  return { ...state, place: { kind: "item", ...item, options: chosen } };
}

function rewardFor({ shop, rules }: Storefront, goal: number, { asin, options }: ItemPlace): Reward {
  const { catalogue, stock, nouns } = shop;
  const row = catalogue.rowOf(asin)!;
  const product = catalogue.product(row);
  const chosen = options.map(([, value]) => value);
  const price = stock.prices[row]!;
  return rewardOf({ product, price, chosen, goal: stock.goals[goal]!, nouns, rules: rules.reward });
}
