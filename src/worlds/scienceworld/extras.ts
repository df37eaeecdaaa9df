/** What may be added to `info`, beside score and moves. */

export const EXTRAS = ["look", "inventory", "goal"] as const;
/** One of `look`, `inventory` and `goal`. */
export type Extra = (typeof EXTRAS)[number];
