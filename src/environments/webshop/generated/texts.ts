/** A generated product in words: title, description, features. What a product lacks is mentioned nowhere. */
import { type Random, random } from "../../../core/random.ts";
import type { Design, World } from "./design.ts";
import { FEATURES, OPENINGS, PLACES, PRAISES, REMARKS, titled } from "./words.ts";

export interface Texts {
  readonly title: string;
  readonly description: string;
  readonly bullets: readonly string[];
}

export function textsOf({ seed }: World, row: number, design: Design): Texts {
  const draw = random("generated texts", seed, row);
  const { attributes } = design;
  const title = titleOf(design, draw);
  // The title praises the first two; the third is found by search as well, whichever it is.
  const [praised, ...others] = draw.shuffle(attributes.slice(2));
  const remarks = draw.shuffle(REMARKS).slice(0, 2 + draw.integer(4));
  const sentences = [
    filled(draw.pick(OPENINGS), { design, draw }),
    filled(draw.pick(PRAISES), { design, draw, attribute: praised }),
    ...remarks,
    `Model number ${modelNumber(draw)}.`,
  ];
  const listed = [...others, ...attributes.slice(0, 2), praised!];
  const bullets = listed.map((attribute) => `${titled(attribute)}: ${filled(draw.pick(FEATURES), { design, draw })}.`);
  return { title, description: sentences.join(" "), bullets };
}

function titleOf({ brand, series, kind, attributes }: Design, draw: Random): string {
  const name = titled(kind.name);
  const [first, second, third] = attributes.map(titled);
  const titles = [
    () => `${brand} ${series} ${name}, ${first}, ${second}`,
    () => `${brand} ${name} with ${first} and ${second}, ${series} Line`,
    () => `${name} by ${brand}, ${first}, ${second} and ${third}`,
    () => `${brand} ${series} ${name} with ${first} and ${second} for ${titled(draw.pick(PLACES))}`,
    () => `${series} ${name}, ${second}, ${first}, by ${brand}`,
  ];
  return draw.pick(titles)();
}

interface Slots {
  readonly design: Design;
  readonly draw: Random;
  readonly attribute?: string | undefined;
}

function filled(sentence: string, { design, draw, attribute }: Slots): string {
  const { brand, series, kind } = design;
  const words: Readonly<Record<string, string | undefined>> = {
    ...{ brand, series, attribute },
    ...{ kind: kind.name, plural: kind.plural, place: draw.pick(PLACES) },
  };
  return sentence.replace(/\{(\w+)\}/g, (_, slot: string) => words[slot]!);
}

const LETTERS = [..."ABCDEFGHKLMNPRSTVWX"];

function modelNumber(draw: Random): string {
  return `${draw.pick(LETTERS)}${draw.pick(LETTERS)}${1000 + draw.integer(9000)}`;
}
