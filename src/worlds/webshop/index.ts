/** WebShop: shopping by search and clicks, the original's engine natively. Start reading at benchmark.ts. */
export { type WebshopBenchmark, type WebshopOptions, webshop } from "./benchmark.ts";
export { compactRendering } from "./compact.ts";
export { type ShopperOptions, shopper } from "./expert.ts";
export { isPreset, PRESETS, type Preset, type PresetName } from "./presets.ts";
export { OBSERVATIONS, type Observation, type ShopEnvironment, type ShopPage } from "./session/index.ts";
export { skillOf } from "./skills.ts";
export type { GoalKind } from "./types.ts";
