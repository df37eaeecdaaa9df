/** Sessions of a shop as a pure world: states in, observations out. */
import type { Environment } from "../../../core/environment.ts";
import type { Json } from "../../../core/json.ts";
import type { Task } from "../../../core/task.ts";
import { fromSimulator, type Simulator } from "../../simulator.ts";
import type { Reward } from "../types.ts";
import { clickablesOf, hasSearchBar } from "./clickables.ts";
import { htmlOf } from "./html.ts";
import { listedActions } from "./listed-actions.ts";
import type { Observation } from "./observations.ts";
import { remembering } from "./recent.ts";
import { type ShopPage, shopPageOf } from "./shop-page.ts";
import { initialState, readState, type State } from "./state.ts";
import type { Storefront } from "./storefront.ts";
import { richTextOf, textOf } from "./text.ts";
import { act } from "./transition.ts";
import { type View, viewOf } from "./view.ts";

/** A live session that can also show its page to a person. */
export interface ShopEnvironment extends Environment {
  /** The page that the session is on. Throws EnvironmentError before `reset`. */
  page(): Promise<ShopPage>;
}

/** Views are read several times around each step, and sessions take turns. */
const MAX_REMEMBERED_VIEWS = 64;

const OBSERVE: Readonly<Record<Observation, (view: View) => string>> = {
  text: textOf,
  text_rich: richTextOf,
  html: htmlOf,
  url: ({ url }) => url,
};

/** `goalOf` finds a task's goal in the stock, by index; it throws EnvironmentError for a task of another shop. */
export function sessionsOf(front: Storefront, goalOf: (task: Task) => number): () => ShopEnvironment {
  const view = remembering((state: State) => viewOf(front, state), { limit: MAX_REMEMBERED_VIEWS });
  const observe = (state: State) => OBSERVE[front.rules.observation](view(state));
  const { prize } = front.rules;
  const payOf = ({ total }: Reward) => (prize === null ? total : total >= 1 ? prize : 0);
  const isProduct = (asin: string) => front.shop.catalogue.rowOf(asin) !== undefined;
  const simulator: Simulator<State> = {
    initial(task, seed) {
      const state = initialState(goalOf(task), seed);
      return { state, observation: observe(state) };
    },
    transition(state, action) {
      const after = act(front, view(state), action);
      const reward = after !== state && after.place.kind === "done" ? after.place.reward : null;
      return {
        state: after,
        observation: observe(after),
        reward: reward ? payOf(reward) : 0,
        terminated: reward !== null,
        info: infoOf(view(after), reward),
      };
    },
    actions: (state) => listedActions(view(state)),
    load: (task, saved) => readState(saved, goalOf(task), isProduct),
  };
  return () => {
    const environment = fromSimulator(simulator);
    return {
      ...environment,
      async page() {
        const snapshot = await environment.snapshot();
        return shopPageOf(view((snapshot as { readonly state: Json }).state as unknown as State));
      },
    };
  };
}

/** What the original tells besides the observation; the parts of the reward when a product is bought. */
function infoOf(view: View, reward: Reward | null): Json {
  const seen = { url: view.url, clickables: clickablesOf(view), has_search_bar: hasSearchBar(view) };
  return reward ? { ...seen, reward_info: { ...reward.parts } } : seen;
}
