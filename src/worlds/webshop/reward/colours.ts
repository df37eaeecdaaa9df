/**
 * The colours that WebShop's reward knows by name. A colour option such as `#1 light grey` counts as the first of these
 * words that it contains.
 *
 * Source: princeton-nlp/WebShop (MIT), web_agent_site/engine/normalize.py at commit 64fa2a5.
 */

/** In the order of the original, which decides: `light grey` is `grey`. */
export const COLOURS: readonly string[] = (
  "alabaster apricot aqua ash asphalt azure banana beige black blue blush bordeaux bronze brown burgundy camel camo " +
  "caramel champagne charcoal cheetah chestnut chocolate christmas coffee cognac copper coral cranberry cream crystal " +
  "dark denim eggplant elephant espresso fuchsia gold granite grape graphite grass gray green grey heather indigo " +
  "ivory ivy khaki lavender lemon leopard light lilac lime magenta maroon mauve merlot midnight mint mocha multicolor " +
  "mushroom mustard natural navy nude olive orange peach pewter pink plum purple rainbow red rose royal rust sand " +
  "sapphire seashell silver skull slate steel stone stonewash sunflower tan taupe teal tiger turquoise violet walnut " +
  "wheat white wine yellow"
).split(" ");

/** An option's value, or the (name, value) pair that synthetic goals hold. */
export type Option = string | readonly [name: string, value: string];

/**
 * The first colour that the option contains, else the option itself. In a pair the original looks for a whole member
 * instead of a part of the text: `["color", "dark red"]` stays as it is, `["color", "red"]` is `red`.
 */
export function normalizeColour<O extends Option>(option: O): O | string {
  return COLOURS.find((colour) => option.includes(colour)) ?? option;
}
