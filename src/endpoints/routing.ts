/** Which of several equal servers a session's requests go to, so that its conversation is found in that server's cache. */
import { seedFrom } from "../core/random.ts";

/**
 * The indexes of `urls`, the session's own first (rendezvous hashing: a URL that is added or removed moves only the
 * sessions it gains or loses, and the order in which URLs are written does not matter).
 */
export function routeOf(urls: readonly string[], session: string): readonly number[] {
  const weighed = urls.map((url, index) => ({ index, weight: seedFrom("route", session, url) }));
  return weighed.sort((a, b) => b.weight - a.weight || a.index - b.index).map(({ index }) => index);
}
