/** WebShop: shopping by search and clicks, the original's engine natively. Start reading at benchmark.ts. */
import type { WebshopBenchmark, WebshopOptions } from "./benchmark.ts";

export type { WebshopBenchmark, WebshopOptions } from "./benchmark.ts";
export type { Button, Item, ListedProduct, Observation, ShopEnvironment, ShopPage } from "./session/index.ts";
export type { GoalKind } from "./types.ts";

/**
 * A shop: the official products in the folder `data`, or `generated` ones. The world is loaded when this is called.
 * Throws CliError for missing or damaged data and for options out of range.
 */
export async function webshop(options: WebshopOptions): Promise<WebshopBenchmark> {
  return (await import("./benchmark.ts")).webshop(options);
}
