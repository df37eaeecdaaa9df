/**
 * Byte-level tokenizers part a text into pieces, words for the most part, and tokenise each alone. So the tokens of a piece are
 * kept: agents and worlds say the same words again and again. Only for tokenizers of that form, which nearly all are, and for
 * texts that normalisation leaves as they are; for all else the package computes every text anew, with the same result.
 */
import { Tokenizer } from "@huggingface/tokenizers";
import type { JsonObject } from "./json-file.ts";

/** Text → ids; undefined for a text that must be tokenised as a whole. */
export type ByPieces = (text: string) => number[] | undefined;

/** How many texts are kept, after which all are forgotten, and how long they may be, in UTF-16 code units. */
interface Room {
  readonly texts: number;
  readonly longest: number;
}

/** Longer pieces hardly come again. */
const PIECES: Room = { texts: 200_000, longest: 64 };
/** Between two special tokens: a message, mostly. */
const PARTS: Room = { texts: 1000, longest: 10_000 };

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
}

/** Pieces of `tokenizer`, which was made of `parts`; undefined if it is of another form. */
export function byPieces(tokenizer: Tokenizer, parts: JsonObject, config: JsonObject): ByPieces | undefined {
  const steps = stepsOf(parts.pre_tokenizer);
  const bytes = steps.pop();
  if (bytes?.type !== "ByteLevel" || bytes.use_regex !== false || bytes.add_prefix_space) return undefined;
  if (config.remove_space || config.do_lowercase_and_remove_accent) return undefined;
  const added = parts.added_tokens as readonly AddedToken[];
  if (added.some(({ lstrip, rstrip }) => lstrip || rstrip)) return undefined;

  const { normalizer, model } = tokenizer;
  const isAsNormalised = (text: string) => normalizer === null || normalizer(text) === text;
  // Those are looked for later, between the others.
  if (normalizer !== null && added.some(({ normalized }) => normalized)) return undefined;
  const parted = steps.map(preTokenizer).reduce(
    (before, step) => (text: string) => before(text).flatMap((piece) => step(piece)),
    (text: string) => [text],
  );
  const asBytes = preTokenizer(bytes);
  const tokensOf = (piece: string) => model!(asBytes(piece)).map((token: string) => tokenizer.token_to_id(token)!);
  const tokensOfPiece = remembering(tokensOf, PIECES);
  // Labels ask for the parts of a text that was asked for as a whole.
  const tokensOfPart = remembering((part) => parted(part).flatMap(tokensOfPiece), PARTS);
  const ids = new Map(added.map(({ content, id }) => [content, id]));
  const anyAdded = anyOf([...ids.keys()]);

  return (text) => {
    if (!isAsNormalised(text)) return undefined;
    const found: number[] = [];
    const put = (part: string) => {
      for (const id of tokensOfPart(part)) found.push(id);
    };
    let end = 0;
    for (const { index, 0: token } of anyAdded ? text.matchAll(anyAdded) : []) {
      if (index > end) put(text.slice(end, index));
      found.push(ids.get(token)!);
      end = index + token.length;
    }
    if (end < text.length) put(text.slice(end));
    return found;
  };
}

function stepsOf(part: unknown): JsonObject[] {
  const given = (part ?? {}) as JsonObject;
  return given.type === "Sequence" ? (given.pretokenizers as unknown[]).flatMap(stepsOf) : [given];
}

/** The package makes one only within a tokenizer: this one has no words. */
function preTokenizer(step: JsonObject): (text: string) => string[] {
  const nothing = { normalizer: null, post_processor: null, decoder: null, added_tokens: [] };
  const model = { type: "BPE", vocab: {}, merges: [] };
  return new Tokenizer({ ...nothing, model, pre_tokenizer: step }, {}).pre_tokenizer!;
}

function remembering(
  tokensOf: (text: string) => readonly number[],
  { texts, longest }: Room,
): (text: string) => readonly number[] {
  const kept = new Map<string, readonly number[]>();
  return (text) => {
    if (text.length > longest) return tokensOf(text);
    const known = kept.get(text);
    if (known !== undefined) return known;
    const tokens = tokensOf(text);
    if (kept.size >= texts) kept.clear();
    kept.set(text, tokens);
    return tokens;
  };
}

/** Any of `texts`, the longest where several begin at one place. */
function anyOf(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const longestFirst = texts.toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|"), "g");
}
