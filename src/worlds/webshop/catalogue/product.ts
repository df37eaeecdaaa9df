/**
 * One record of `items_shuffle*.json`, with its entries in `items_ins_v2*.json` and `items_human_ins.json`, as a
 * `Product`. Where the original would stop (a missing field, a price that is no number), a CliError names file, record
 * and field; where it carries on (no price, no options, no attributes), so does this.
 *
 * princeton-nlp/WebShop at 64fa2a5, web_agent_site/engine/engine.py, load_products. Reviews and ratings are left out:
 * the original never loads them.
 */
import { CliError } from "../../../core/errors.ts";
import { keysInOrder } from "../../../files/splitter.ts";
import { floatRepr, strip } from "../python/text.ts";
import type { HumanInstruction, OptionGroup, Product } from "../types.ts";

/** The one attribute of a product that has no entry of attributes. */
const NO_ATTRIBUTES = ["DUMMY_ATTR"];
/** USD, for a product without a price. */
const USUAL_PRICE = 100;
const MAX_ASIN_LENGTH = 10;
/** Characters of a value in an error. */
const MAX_SHOWN = 80;

export interface ProductSources {
  readonly record: unknown;
  /** The record as it stands in the file. */
  readonly text: string;
  /** The product's entry in `items_ins_v2*.json`; undefined: it has none. */
  readonly instructions: unknown;
  /** The product's entry in `items_human_ins.json`; undefined: it has none. */
  readonly human: unknown;
}

/** Names of the places that an error can be at. */
export interface ProductPlaces {
  /** Such as `items_shuffle.json: product 7 (B07X…)`. */
  readonly record: string;
  readonly instructions: string;
  readonly human: string;
}

/** The ASIN of a record, or null for a record that the original skips. Throws CliError if there is none. */
export function asinOf(record: unknown, place: string): string | null {
  const asin = textField(objectAt(record, place), "asin", place);
  // Python counts code points.
  return asin === "nan" || [...asin].length > MAX_ASIN_LENGTH ? null : asin;
}

/** Throws CliError for a record that the original could not load. */
export function productOf(sources: ProductSources, places: ProductPlaces): Product {
  const place = places.record;
  const record = objectAt(sources.record, place);
  const { prices, priceTag } = pricing(record.pricing, place);
  const { options, optionImages } = customization(record, sources.text, place);
  return {
    asin: textField(record, "asin", place),
    title: textField(record, "name", place),
    description: textField(record, "full_description", place),
    bullets: bulletsOf(record.small_description, place),
    query: strip(textField(record, "query", place).toLowerCase()),
    category: textField(record, "category", place),
    productCategory: textField(record, "product_category", place),
    prices,
    priceTag,
    options,
    image: mainImage(record.images, place),
    optionImages,
    ...instructionsOf(sources.instructions, places.instructions),
    humanInstructions: humanInstructionsOf(sources.human, places.human),
  };
}

function bulletsOf(found: unknown, place: string): readonly string[] {
  const bullets = Array.isArray(found) ? found : [found];
  // The original's index is made of the first one.
  if (bullets.length === 0) throw unexpected(place, "small_description", found, "text or a list of at least one text");
  return texts(bullets, "small_description", place);
}

/** The prices and how they are shown. Anything that Python calls false is no price; ranges may be reversed. */
function pricing(found: unknown, place: string): Pick<Product, "prices" | "priceTag"> {
  if (isFalse(found)) return { prices: [USUAL_PRICE], priceTag: `$${floatRepr(USUAL_PRICE)}` };
  const expected = "text such as $12.99 or $10.00 - $20.00";
  if (typeof found !== "string") throw unexpected(place, "pricing", found, expected);
  const prices = found.split("$").slice(1).map(priceOf);
  if (prices.length === 0 || !prices.every(Number.isFinite)) throw unexpected(place, "pricing", found, expected);
  const [low, high] = prices.map(floatRepr);
  return { prices: prices.slice(0, 2), priceTag: high === undefined ? `$${low}` : `$${low} to $${high}` };
}

/** NaN for what is no number: `1.2.3`, nothing at all, or digits of other scripts (which Python would read). */
function priceOf(text: string): number {
  const digits = text.replace(/[^\p{Nd}.]/gu, "");
  return /^(?:\d+\.?\d*|\.\d+)$/.test(digits) ? Number(digits) : Number.NaN;
}

function customization(
  record: Fields,
  text: string,
  place: string,
): { readonly options: readonly OptionGroup[]; readonly optionImages: ReadonlyMap<string, string> } {
  const optionImages = new Map<string, string>();
  const found = fieldOf(record, "customization_options", place);
  if (isFalse(found)) return { options: [], optionImages };
  const groups = objectAt(found, `${place}: customization_options`);
  // Groups whose names fall together in lower case: the first one's place, the last one's values.
  const values = new Map<string, readonly string[]>();
  for (const name of groupNames(groups, text)) {
    const contents = groups[name];
    if (contents === null) continue;
    const group = `customization_options[${JSON.stringify(name)}]`;
    if (!Array.isArray(contents)) throw unexpected(place, group, contents, "a list of values, or null");
    values.set(
      name.toLowerCase(),
      contents.map((content: unknown) => {
        const { value, image } = objectAt(content, `${place}: ${group}`);
        if (typeof value !== "string") throw unexpected(place, `a value of ${group}`, value, "text");
        const shown = strip(value).replaceAll("/", " | ").toLowerCase();
        optionImages.delete(shown);
        if (typeof image === "string") optionImages.set(shown, image);
        return shown;
      }),
    );
  }
  return { options: Array.from(values, ([name, shown]) => ({ name, values: shown })), optionImages };
}

/** The names in the file's order. */
function groupNames(groups: Fields, text: string): readonly string[] {
  const names = Object.keys(groups);
  if (!names.some((name) => /^\d+$/.test(name))) return names;
  return keysInOrder(text, "customization_options");
}

/** The first picture; a page shows what is not text as Python's None. */
function mainImage(images: unknown, place: string): string {
  const isUsable = (Array.isArray(images) || typeof images === "string") && images.length > 0;
  if (!isUsable) throw unexpected(place, "images", images, "a list of at least one address");
  const first: unknown = [...images][0];
  return typeof first === "string" ? first : "None";
}

function instructionsOf(found: unknown, place: string): Pick<Product, "attributes" | "instruction"> {
  // The original stops here with synthetic goals and carries on with human ones; one catalogue serves both.
  if (found === undefined) return { attributes: NO_ATTRIBUTES, instruction: null };
  const entry = objectAt(found, place);
  const attributes = "attributes" in entry ? textList(entry, "attributes", place) : NO_ATTRIBUTES;
  const text = entry.instruction ?? null;
  if (text === null) return { attributes, instruction: null };
  if (typeof text !== "string") throw unexpected(place, "instruction", text, "text or null");
  return { attributes, instruction: { text, attributes: textList(entry, "instruction_attributes", place) } };
}

function humanInstructionsOf(found: unknown, place: string): readonly HumanInstruction[] {
  if (found === undefined) return [];
  if (!Array.isArray(found)) throw new CliError(`${place}: found ${shown(found)}, expected a list of instructions`);
  return found.map((item: unknown, i) => {
    const itemPlace = `${place}: instruction ${i}`;
    const entry = objectAt(item, itemPlace);
    const attributes = textList(entry, "instruction_attributes", itemPlace);
    // Nobody's goal: the original looks no further.
    if (attributes.length === 0) return { text: "", attributes, options: [] };
    const text = textField(entry, "instruction", itemPlace);
    return { text, attributes, options: textList(entry, "instruction_options", itemPlace) };
  });
}

type Fields = Readonly<Record<string, unknown>>;

function objectAt(value: unknown, place: string): Fields {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Fields;
  throw new CliError(`${place}: found ${shown(value)}, expected an object`);
}

function fieldOf(fields: Fields, name: string, place: string): unknown {
  if (!Object.hasOwn(fields, name)) throw new CliError(`${place}: \`${name}\` is missing`);
  return fields[name];
}

function textField(fields: Fields, name: string, place: string): string {
  const value = fieldOf(fields, name, place);
  if (typeof value !== "string") throw unexpected(place, name, value, "text");
  return value;
}

function textList(fields: Fields, name: string, place: string): readonly string[] {
  const value = fieldOf(fields, name, place);
  if (!Array.isArray(value)) throw unexpected(place, name, value, "a list of texts");
  return texts(value, name, place);
}

function texts(values: readonly unknown[], name: string, place: string): readonly string[] {
  const odd = values.findIndex((value) => typeof value !== "string");
  if (odd >= 0) throw unexpected(place, name, values[odd], "text");
  return values as readonly string[];
}

function unexpected(place: string, field: string, found: unknown, expected: string): CliError {
  return new CliError(`${place}: \`${field}\` is ${shown(found)}, expected ${expected}`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value !== null && typeof value === "object") return "an object";
  if (typeof value === "string" && value.length > MAX_SHOWN) return `${JSON.stringify(value.slice(0, MAX_SHOWN))}…`;
  return value === undefined ? "missing" : JSON.stringify(value);
}

/** What Python's `if not value` catches. */
function isFalse(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === 0 || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
