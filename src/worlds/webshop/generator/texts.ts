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
  // Search reads title, description and first feature: two attributes. Who wants to know the others has to look.
  const [, praised, ...others] = design.attributes;
  const remarks = draw.shuffle(REMARKS).slice(0, 3 + draw.integer(4));
  const [opening, praise] = [filled(draw.pick(OPENINGS), { design, draw }), draw.pick(PRAISES)];
  const features = draw.shuffle([...others, design.attributes[0]!, praised!]);
  return {
    title: titleOf(design, draw),
    description: [opening, praise.replace("{attribute}", praised!), ...remarks].join(" "),
    bullets: [
      `Model number ${modelNumber(draw)}, ${design.series} line`,
      ...features.map((attribute) => `${titled(attribute)}: ${filled(draw.pick(FEATURES), { design, draw })}`),
    ],
  };
}

function titleOf({ brand, series, kind, attributes }: Design, draw: Random): string {
  const name = titled(kind.name);
  const attribute = titled(attributes[0]!);
  const place = titled(draw.pick(PLACES));
  return draw.pick([
    `${brand} ${series} ${name}, ${attribute}`,
    `${brand} ${name} with ${attribute}, ${series} Line`,
    `${name} by ${brand}, ${attribute}, for ${place}`,
    `${brand} ${series} ${name} with ${attribute} for ${place}`,
    `${series} ${name}, ${attribute}, by ${brand}`,
  ]);
}

interface Slots {
  readonly design: Design;
  readonly draw: Random;
}

function filled(sentence: string, { design, draw }: Slots): string {
  const { brand, series, kind } = design;
  const words: Readonly<Record<string, string>> = {
    ...{ brand, series },
    ...{ kind: kind.name, plural: kind.plural, place: draw.pick(PLACES) },
  };
  return sentence.replace(/\{(\w+)\}/g, (_, slot: string) => words[slot]!);
}

const LETTERS = [..."ABCDEFGHKLMNPRSTVWX"];

function modelNumber(draw: Random): string {
  return `${draw.pick(LETTERS)}${draw.pick(LETTERS)}${1000 + draw.integer(9000)}`;
}
