/** WebShop: shopping by search and clicks, the original's engine natively. Start reading at benchmark.ts. */
import type { WebshopBenchmark, WebshopOptions } from "./benchmark.ts";

export type { WebshopBenchmark, WebshopOptions } from "./benchmark.ts";
export type { Button, Item, ListedProduct, Observation, ShopEnvironment, ShopPage } from "./session/index.ts";
export type { GoalKind } from "./types.ts";

/**
 * WebShop: shopping in a catalogue by search and clicks, scored by how well the bought product meets the wish, in [0, 1]
 * unless a preset pays otherwise. The original's engine is ported: pages, search results and rewards are its own to the
 * letter, except that prices follow from a seed. The products are the official ones in the folder `data`, or `generated`. The
 * world is loaded when this is called. Throws CliError for missing or damaged data and for options out of range. Source: Yao
 * et al. 2022, arXiv 2207.01206, and princeton-nlp/WebShop at commit 64fa2a5.
 */
export async function webshop(options: WebshopOptions): Promise<WebshopBenchmark> {
  return (await import("./benchmark.ts")).webshop(options);
}
