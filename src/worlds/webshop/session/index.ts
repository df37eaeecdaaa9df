/** Sessions of the shop: a pure state machine and the four ways to look at its pages. */
export { OBSERVATIONS, type Observation } from "./observations.ts";
export { type Button, type Item, type ListedProduct, type ShopPage, shopPageOf } from "./shop-page.ts";
export { type ShopEnvironment, sessionsOf } from "./simulator.ts";
export {
  ORIGINAL_RULES,
  openStorefront,
  type Rules,
  type Storefront,
} from "./storefront.ts";
