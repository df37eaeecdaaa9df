/** The address in the browser's bar: what it asks for now, and how a view writes into it what it shows. */
import { createSubscriber } from "svelte/reactivity";
import { addressOf, parseRoute, type QueryChange, type Route } from "./address.ts";

const told = new Set<() => void>();
const subscribe = createSubscriber((update) => {
  told.add(update);
  window.addEventListener("hashchange", update);
  return () => {
    told.delete(update);
    window.removeEventListener("hashchange", update);
  };
});

/** The current address. Read in an effect or a template, it is read again when the address changes. */
export function route(): Route {
  subscribe();
  return parseRoute(location.hash);
}

/**
 * Says in the address what the view shows now: `change` on top of the current query. It takes the place of the current entry of the
 * history, so that Back leaves the view.
 */
export function restate(change: QueryChange): void {
  const { segments, query } = parseRoute(location.hash);
  history.replaceState(history.state, "", addressOf(segments, { ...query, ...change }));
  for (const update of told) update();
}
