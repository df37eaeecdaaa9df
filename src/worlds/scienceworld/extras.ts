/** What may be added to `info`, beside score and moves. */

export const EXTRAS = ["look", "inventory", "goal"] as const;
export type Extra = (typeof EXTRAS)[number];
