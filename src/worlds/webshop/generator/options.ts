/** What the generated shop's products come in: lists of values that many kinds share. */

export interface OptionPool {
  readonly name: string;
  /** What products may come in; each offers some. */
  readonly values: readonly string[];
  /** How a person asks for a value, which stands for the star. */
  readonly wording: string;
}

/** Words and phrases between bars. */
export const list = (text: string): readonly string[] => text.split(" | ");

/** An option with its values between bars. */
export function pool(name: string, wording: string, values: string): OptionPool {
  return { name, wording, values: list(values) };
}

export const COLOUR = pool(
  "color",
  "in *",
  "black | white | grey | navy | red | teal | green | yellow | orange | purple | pink | brown | beige | silver | olive | " +
    "ivory | coral | turquoise | maroon | lavender",
);
export const CLOTHES_SIZE = pool("size", "in size *", "small | medium | large | xl | xxl");
export const SHOE_SIZE = pool("size", "in size *", "6 | 7 | 8 | 9 | 10 | 11 | 12");
export const EXTENT = pool("extent", "in * size", "compact | regular | double | family");
export const PACK = pool("pack", "as a *", "single | two pack | four pack | six pack | twelve pack");
export const CUPS = pool("capacity", "for *", "two cups | six cups | ten cups");
export const FORMAT = pool("format", "in * format", "pocket | a5 | b4 | letter");
export const SCENT = pool(
  "scent",
  "with * scent",
  "cedar | vanilla | jasmine | bergamot | eucalyptus | lavender | unscented",
);
