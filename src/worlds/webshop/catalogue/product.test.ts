import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError } from "../../../core/errors.ts";
import { asinOf, productOf } from "./product.ts";

const RECORD = {
  asin: "B000000001",
  name: "Red Sofa",
  full_description: "",
  small_description: ["soft", ""],
  query: " Sofas\n",
  category: "garden",
  product_category: "Home › Sofas",
  pricing: "$1,299.50",
  images: ["one.jpg", "two.jpg"],
  customization_options: "",
};
const INSTRUCTIONS = { attributes: ["soft"], instruction: "find a sofa", instruction_attributes: ["soft"] };
const PLACES = { record: "products: product 3", instructions: "ins: entry B1", human: "human: entry B1" };

const read = (fields: object, extra: { instructions?: unknown; human?: unknown } = {}) => {
  const record = { ...RECORD, ...fields };
  const sources = { record, text: JSON.stringify(record), instructions: INSTRUCTIONS, human: undefined, ...extra };
  return productOf(sources, PLACES);
};

test("a product as the engine holds it", () => {
  assert.deepEqual(read({}), {
    asin: "B000000001",
    title: "Red Sofa",
    description: "",
    bullets: ["soft", ""],
    query: "sofas",
    category: "garden",
    productCategory: "Home › Sofas",
    prices: [1299.5],
    priceTag: "$1299.5",
    options: [],
    image: "one.jpg",
    optionImages: new Map(),
    attributes: ["soft"],
    instruction: { text: "find a sofa", attributes: ["soft"] },
    humanInstructions: [],
  });
});

test("prices: none, one, two, more, reversed, odd spellings", () => {
  const priced = (pricing: unknown) => {
    const { prices, priceTag } = read({ pricing });
    return [prices, priceTag];
  };
  for (const none of ["", null, undefined, 0, false, [], {}]) assert.deepEqual(priced(none), [[100], "$100.0"]);
  assert.deepEqual(priced("$17.40"), [[17.4], "$17.4"]);
  assert.deepEqual(priced("$10 - $20.5"), [[10, 20.5], "$10.0 to $20.5"]);
  assert.deepEqual(priced("$30$20$10"), [[30, 20], "$30.0 to $20.0"]);
  assert.deepEqual(priced("from $.5 (each) to $5."), [[0.5, 5], "$0.5 to $5.0"]);
  assert.deepEqual(priced("$0"), [[0], "$0.0"]);
  assert.deepEqual(priced(`$1${"0".repeat(20)}`), [[1e20], "$1e+20"]);
});

test("options: lower case, in the file's order, later groups of one name over earlier ones", () => {
  const { options, optionImages } = read({
    customization_options: {
      Size: [{ value: " 8 Wide/Long " }, { value: "9", image: "nine.jpg" }],
      "36": [
        { value: "X", image: "x.jpg" },
        { value: "x", image: null },
      ],
      Color: null,
      Fit: [],
      SIZE: [{ value: "10", image: "ten.jpg" }],
    },
  });
  assert.deepEqual(options, [
    { name: "36", values: ["x", "x"] },
    { name: "size", values: ["10"] },
    { name: "fit", values: [] },
  ]);
  assert.deepEqual(
    optionImages,
    new Map([
      ["9", "nine.jpg"],
      ["10", "ten.jpg"],
    ]),
  );
});

test("numbers among the names of options stay where the file has them", () => {
  const record = { ...RECORD, customization_options: { b: [], "7": [], a: [] } };
  const text = JSON.stringify(record).replace(/\{"7".*?\}/, '{ "b": [] , "7":[], "a" : []}');
  const { options } = productOf({ record, text, instructions: INSTRUCTIONS, human: undefined }, PLACES);
  assert.deepEqual(
    options.map(({ name }) => name),
    ["b", "7", "a"],
  );
});

test("where the original carries on", () => {
  const nothing = { attributes: ["DUMMY_ATTR"], instruction: null };
  const described = (instructions: unknown) => {
    const { attributes, instruction } = read({}, { instructions });
    return { attributes, instruction };
  };
  assert.deepEqual(described(undefined), nothing);
  assert.deepEqual(described({}), nothing);
  assert.deepEqual(described({ attributes: [], instruction: null, instruction_attributes: 5 }), {
    attributes: [],
    instruction: null,
  });
  assert.deepEqual(read({ small_description: "one" }).bullets, ["one"]);
  assert.equal(read({ images: [null] }).image, "None");
  assert.equal(read({ images: "http" }).image, "h");
  assert.deepEqual(read({}, { human: [{ instruction_attributes: [] }] }).humanInstructions, [
    { text: "", attributes: [], options: [] },
  ]);
});

test("records that the original skips", () => {
  assert.equal(asinOf({ asin: "nan" }, "p"), null);
  assert.equal(asinOf({ asin: "B0000000012" }, "p"), null);
  assert.equal(asinOf({ asin: "😀😀😀😀😀😀" }, "p"), "😀😀😀😀😀😀");
  assert.equal(asinOf(RECORD, "p"), "B000000001");
});

test("where the original would stop: an error that names record, field, what was found and what was expected", () => {
  const refuses = (make: () => unknown, message: RegExp) =>
    assert.throws(make, (error) => {
      assert(error instanceof CliError);
      assert.match(error.message, message);
      return true;
    });
  const missing = (field: string) => {
    const { [field as "asin"]: _, ...record } = RECORD;
    return productOf({ record, text: "", instructions: INSTRUCTIONS, human: undefined }, PLACES);
  };
  for (const field of ["name", "full_description", "query", "category", "product_category", "customization_options"]) {
    refuses(() => missing(field), new RegExp(`^products: product 3: \`${field}\` is missing$`));
  }
  refuses(() => missing("images"), /`images` is missing, expected a list of at least one address/);
  refuses(() => missing("small_description"), /`small_description` is missing, expected text/);
  refuses(() => asinOf([], "products: product 3"), /^products: product 3: found an empty list, expected an object$/);
  refuses(() => asinOf({ asin: 7 }, "p"), /`asin` is 7, expected text/);
  refuses(() => read({ name: null }), /product 3: `name` is null, expected text/);
  refuses(() => read({ small_description: [] }), /`small_description` is an empty list/);
  refuses(() => read({ small_description: ["a", {}] }), /`small_description` is an object, expected text/);
  for (const pricing of ["12.99", "$", "$1.2.3", "$$5", "$٥", `$${"9".repeat(400)}`, 12.99, ["$5"]]) {
    refuses(() => read({ pricing }), /product 3: `pricing` is .*, expected text such as \$12\.99/);
  }
  refuses(() => read({ images: [] }), /`images` is an empty list/);
  refuses(() => read({ customization_options: "Color" }), /customization_options: found "Color", expected an object/);
  refuses(() => read({ customization_options: { Color: "red" } }), /`customization_options\["Color"\]` is "red"/);
  refuses(() => read({ customization_options: { Color: ["red"] } }), /\["Color"\]: found "red", expected an object/);
  refuses(
    () => read({ customization_options: { Color: [{}] } }),
    /a value of .*\["Color"\]` is missing, expected text/,
  );
  refuses(() => read({}, { instructions: null }), /^ins: entry B1: found null, expected an object$/);
  refuses(() => read({}, { instructions: { attributes: "soft" } }), /^ins: entry B1: `attributes` is "soft"/);
  refuses(() => read({}, { instructions: { instruction: "x" } }), /^ins: .*`instruction_attributes` is missing/);
  refuses(() => read({}, { human: {} }), /^human: entry B1: found an object, expected a list of instructions$/);
  refuses(() => read({}, { human: [{}] }), /^human: entry B1: instruction 0: `instruction_attributes` is missing$/);
  const wish = { instruction_attributes: ["soft"], instruction: "a sofa" };
  refuses(() => read({}, { human: [wish] }), /instruction 0: `instruction_options` is missing$/);
  refuses(() => read({ name: 1, query: "x".repeat(200) }), /^.{1,200}$/);
});
