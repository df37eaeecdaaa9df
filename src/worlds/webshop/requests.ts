/**
 * What a customer understands of an instruction: the wanted thing, the wanted options, the price limit. Synthetic
 * instructions name options as `color: black`; people's do not, so their words are matched with what a page offers.
 */

export interface Request {
  /** The instruction without options and price. */
  readonly text: string;
  /** Named options, in the instruction's order. */
  readonly options: readonly { readonly name: string; readonly value: string }[];
  /** USD; Infinity if there is none. */
  readonly priceLimit: number;
}

const PRICE_LIMIT = /,? and price lower than (\d+(?:\.\d+)?) dollars\W*$/;
const OPENING = /^(?:find me|i am looking for|i'm looking for|im looking for|i would like|i want|i need|show me)\b\s*/i;
/** A name is up to four words before a colon. */
const FIRST_OPTION = / with (?=(?:(?!with )[a-z]+ ?){1,4}: )/;
const NEXT_OPTION = /, and (?=(?:[a-z]+ ?){1,4}: )/;

/** Any text gives some request. */
export function readRequest(instruction: string): Request {
  const limit = PRICE_LIMIT.exec(instruction);
  const wanted = limit ? instruction.slice(0, limit.index) : instruction;
  const at = FIRST_OPTION.exec(wanted)?.index ?? wanted.length;
  const options = wanted
    .slice(at + " with ".length)
    .split(NEXT_OPTION)
    .filter(Boolean)
    .map((option) => {
      const colon = option.indexOf(": ");
      return { name: option.slice(0, colon), value: option.slice(colon + 2) };
    });
  return {
    text: wanted.slice(0, at).replace(OPENING, "").trim(),
    options,
    priceLimit: limit ? Number(limit[1]) : Number.POSITIVE_INFINITY,
  };
}

/** Words that say nothing about a product. */
const STOP_WORDS = new Set(
  (
    "a an the and or of for in on to with that is are be it its as at by from i me my some one pair set also please " +
    "want need looking look find should which this these so would like"
  ).split(" "),
);

/** The telling words of a text, in lower case. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:[.'’-][\p{L}\p{N}]+)*/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word));
}

/**
 * Searches worth trying, the best first: the thing with the wanted option values, everything, the thing alone. No
 * search is listed twice.
 */
export function searchesFor({ text, options }: Request): string[] {
  const values = options.map(({ value }) => value.replace(/[[\]]/g, " "));
  const searches = [[...wordsOf(thingIn(text)), ...values], [...wordsOf(text), ...values], wordsOf(thingIn(text))];
  return [...new Set(searches.map((words) => words.join(" ").trim()))].filter(Boolean);
}

/** The part of a wish that names the thing: what stands after its last comma and before `with` or `for`. */
function thingIn(text: string): string {
  const [head = ""] = text.split(/ (?:with|for) /);
  return head.split(", ").at(-1)!;
}

/** Labels that are names of options more often than values. */
const OPTION_NAMES = new Set(["color", "size", "style", "flavor", "flavor name", "fit type", "pattern name", "scent"]);

/**
 * For each wanted option the value among an item's `labels` that is it, or null. Where the instruction names no
 * options: the labels that it mentions. In lower case.
 */
export function wantedValues(labels: readonly string[], { text, options }: Request): (string | null)[] {
  const offered = labels.map((label) => label.toLowerCase());
  if (options.length > 0) return options.map(({ value }) => offered.find((label) => label === value) ?? null);
  const mentioned = new Set(wordsOf(text));
  return offered.filter((label) => {
    const words = wordsOf(label);
    return !OPTION_NAMES.has(label) && words.length > 0 && words.every((word) => mentioned.has(word));
  });
}

/** Share, in [0, 1], of the words of the wish that `text` has. */
export function shareOf(text: string, request: Request): number {
  const wanted = new Set(wordsOf(request.text));
  const own = new Set(wordsOf(text));
  return wanted.size === 0 ? 0 : [...wanted].filter((word) => own.has(word)).length / wanted.size;
}
