/** Sessions of the shop: a pure state machine and the four ways to look at its pages. */
export { type Button, type Item, type ListedProduct, type ShopPage, shopPageOf } from "./shop-page.ts";
export { type ShopEnvironment, sessionsOf } from "./simulator.ts";
export {
  OBSERVATIONS,
  type Observation,
  ORIGINAL_RULES,
  openStorefront,
  type Rules,
  type Storefront,
} from "./storefront.ts";
