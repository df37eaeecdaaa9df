/**
 * What customers of the generated shop ask for. Synthetic instructions list attributes, the engine adds the options. The
 * ones in a person's words are graded: one constraint is one attribute, further ones are a second attribute or options.
 * The engine adds the price limit to both. Which products are asked for depends on the size of the shop: about 12,000
 * human goals in a large one, as in WebShop, and enough for all splits in a small one.
 */
import { type Random, random } from "../../../core/random.ts";
import type { Goal, HumanInstruction, Product } from "../types.ts";
import type { Design, World } from "./design.ts";
import type { Kind } from "./kinds.ts";

export const MOST_CONSTRAINTS = 3;
/** Shops up to this size are asked for each of their products. */
const ASKED_PRODUCTS = 4000;
const FEWEST_HUMAN = 6000;
/** Of the products that are asked for, this many in five have a synthetic instruction. */
const SYNTHETIC_OF_FIVE = 2;

/** How many things a goal asks for beside the kind of product and its price: what makes it hard. */
export const constraintsOf = ({ attributes, options }: Goal): number => attributes.length + options.length;

/** Customers ask for every so many-th product. */
const strideOf = ({ products }: World) => Math.ceil(products / ASKED_PRODUCTS);

const isAsked = (world: World, row: number) => row % strideOf(world) === 0;

/** How many human instructions a product has. */
export function humanCount(world: World, row: number): number {
  if (!isAsked(world, row)) return 0;
  return MOST_CONSTRAINTS * Math.ceil(Math.max(1, FEWEST_HUMAN / world.products / MOST_CONSTRAINTS));
}

export function isSynthetic(world: World, row: number): boolean {
  return isAsked(world, row) && (row / strideOf(world)) % 5 < SYNTHETIC_OF_FIVE;
}

export function syntheticInstruction(world: World, row: number, design: Design): Product["instruction"] {
  if (!isSynthetic(world, row)) return null;
  const draw = random("generated synthetic instruction", world.seed, row);
  const attributes = draw.shuffle(design.attributes).slice(0, 1 + draw.integer(4));
  return { text: `Find me ${design.kind.plural} with ${attributes.join(", ")}`, attributes };
}

/** A third of them has one constraint, a third two, a third three. */
export function humanInstructions(world: World, row: number, design: Design): readonly HumanInstruction[] {
  const draw = random("generated human instructions", world.seed, row);
  const templates = draw.shuffle(TEMPLATES);
  return Array.from({ length: humanCount(world, row) }, (_, i) => {
    const { attributes, groups } = wishOf(design, 1 + (i % MOST_CONSTRAINTS), draw);
    const chosen = groups.map(({ name, values }) => ({ name, value: draw.pick(values) }));
    const wordings = chosen.map(({ name, value }) => wordingOf(design.kind, name).replace("*", value));
    const thing = [thingOf(design.kind), ...wordings].join(" ");
    const template = templates[Math.floor(i / MOST_CONSTRAINTS) % templates.length]!;
    const text = template.replace("{thing}", thing).replace("{attributes}", attributes.join(" and "));
    return { text, attributes, options: chosen.map(({ value }) => value) };
  });
}

/** At least one attribute, at least one option with more constraints than one, as far as the product has options. */
function wishOf({ attributes, options }: Design, constraints: number, draw: Random) {
  const wanted = constraints === 1 ? 0 : 1 + draw.integer(constraints - 1);
  const groups = draw.shuffle(options).slice(0, wanted);
  return { attributes: draw.shuffle(attributes).slice(0, constraints - groups.length), groups };
}

const wordingOf = (kind: Kind, option: string) => kind.options.find(({ name }) => name === option)!.wording;

function thingOf({ name, plural }: Kind): string {
  if (name === plural) return name;
  return `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
}

const TEMPLATES: readonly string[] = [
  "i am looking for {thing} with {attributes}",
  "i need {thing}, must have {attributes}",
  "find me {thing} that must come with {attributes}",
  "do you have {thing} with {attributes}",
  "my sister wants {thing} with {attributes}",
  "i would like {thing}. please make sure about {attributes}",
  "show me {thing} offering {attributes}",
  "can i get {thing} featuring {attributes}",
];
