/**
 * A tokenizer.json → text to token ids and back, as Python's `tokenizers` would. The work is done by
 * @huggingface/tokenizers; where that reads a part of the file otherwise than Python does, the part is first put into
 * words that both read alike, and text that cannot be saved that way is refused by name.
 *
 * Facts, from both sources: Python's `Digits` takes every Unicode number for a digit (¾, ², Ⅷ), the package only 0 to 9;
 * Python's `ByteLevel` knows white space by Unicode (U+0085 yes, U+FEFF no), JavaScript by its own list; of `Split`'s
 * behaviours the package knows two; its `Punctuation` and `Whitespace` have ASCII's words or join what Python parts.
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { CliError } from "../core/errors.ts";
import { type JsonObject, readJsonObject, saidOf } from "./json-file.ts";
import { byPieces } from "./pieces.ts";

/** Text to token ids and back. Knows no conversations. */
export interface TextTokenizer {
  /** Special tokens written out in the text are recognised, none are added. Throws CliError for text that Python would read otherwise. */
  encode(text: string): readonly number[];
  /** Special tokens are written out; nothing is tidied up. */
  decode(ids: readonly number[]): string;
  /** Special tokens as text, `<|im_end|>` for example. */
  readonly specialTokens: readonly string[];
  /** Whether the file has a pattern that nobody has looked at: it may compute without end. */
  readonly hasUnknownPattern: boolean;
}

/** Throws CliError naming the file that is missing, no JSON, or of a kind that cannot be read. */
export function openTokenizerFile(path: string, config: JsonObject): TextTokenizer {
  const file = readJsonObject(path);
  const parts = partsOf(path, file);
  const tokenizer = tokenizerOf(path, parts, config);
  const added = parts.added_tokens as readonly AddedToken[];
  const wholeWords = added.filter((token) => token.single_word).map(({ content }) => content);
  const pieces = using(path, () => byPieces(tokenizer, parts, config));
  const isPrefixed = JSON.stringify(file.pre_tokenizer ?? null).includes('"add_prefix_space":true');
  return {
    encode(text) {
      if (!text.isWellFormed()) throw new CliError("the text has half a surrogate pair, which is no Unicode text");
      const word = wholeWords.find((content) => text.includes(content));
      if (word !== undefined)
        throw new CliError(`expected a text without the token ${word}, which counts only as a whole word`);
      if (isPrefixed && /[\u0085\ufeff]/.test(text)) {
        throw new CliError("the text has U+0085 or U+FEFF, which Python's tokenizer parts otherwise than this one");
      }
      if (text === "") return [];
      const ids = using(path, () => pieces?.(text) ?? tokenizer.encode(text, { add_special_tokens: false }).ids);
      if (ids.every(isId)) return ids;
      throw new CliError(`${path}: expected an id for every token, found none for a part of ${shown(text)}`);
    },
    decode: (ids) =>
      ids.length === 0 ? "" : using(path, () => tokenizer.decode([...ids], { clean_up_tokenization_spaces: false })),
    specialTokens: added.filter(({ special }) => special).map(({ content }) => content),
    hasUnknownPattern: patternsIn(parts).some((pattern) => !KNOWN_PATTERNS.has(pattern)),
  };
}

interface AddedToken {
  readonly content: string;
  readonly special?: boolean;
  readonly single_word?: boolean;
}

const isId = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const shown = (text: string) => JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 39)}…`);

/** The parts of the file as the package is to read them. Throws CliError for those that it would trip over. */
function partsOf(path: string, file: JsonObject): JsonObject {
  const added: unknown = file.added_tokens ?? [];
  const isToken = (token: Partial<AddedToken & { id: unknown }> | null) =>
    isId(token?.id) && typeof token?.content === "string" && token.content !== "";
  if (!Array.isArray(added) || !added.every(isToken)) {
    throw new CliError(`${path}: added_tokens: expected a list of tokens, each with an id and its content`);
  }
  return using(path, () => ({ ...file, added_tokens: added, pre_tokenizer: asPythonReadsIt(file.pre_tokenizer) }));
}

const tokenizerOf = (path: string, parts: JsonObject, config: JsonObject) =>
  using(path, () => new Tokenizer(parts, config));

/** What the package throws, as an error of the file. */
function using<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof CliError) throw new CliError(`${path}: ${error.message}`);
    throw new CliError(`${path}: expected a tokenizer as Hugging Face's tokenizers writes it (${saidOf(error)})`);
  }
}

/** Every regular expression outside of the vocabulary. */
function patternsIn({ normalizer, pre_tokenizer, post_processor, decoder }: JsonObject): string[] {
  const found: string[] = [];
  JSON.stringify([normalizer, pre_tokenizer, post_processor, decoder], (key, value: unknown) => {
    if (key === "Regex") found.push(String(value));
    return value;
  });
  return found;
}

const NUMBER = "\\p{N}";
const PUNCTUATION = "[\\p{P}\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E]";
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200C\\u200D";
const SPACE = "\\p{White_Space}";
/** GPT-2's, which ByteLevel applies unless told not to. */
const BYTE_LEVEL = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|${SPACE}+(?![^${SPACE}])|${SPACE}+`;

const WORDS = `[${WORD}]+|[^${WORD}${SPACE}]+`;
const llama3 = (numbers: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${numbers}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
/**
 * These take time in proportion to the text: ours, GPT-2's as it is most often written, Llama 3's and Qwen 2's. No list can be
 * whole; a pattern that is missing here costs a thread for each conversation.
 */
const KNOWN_PATTERNS: ReadonlySet<string> = new Set([
  ...[NUMBER, `(?:${NUMBER})+`, PUNCTUATION, WORDS, SPACE, BYTE_LEVEL],
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  ...[llama3("\\p{N}{1,3}"), llama3("\\p{N}")],
]);

/** The same pre-tokenizer, said so that the package does what Python does. */
function asPythonReadsIt(part: unknown): unknown {
  if (part === null || typeof part !== "object") return null;
  const given = part as JsonObject;
  switch (given.type) {
    case "Sequence":
      return { ...given, pretokenizers: (given.pretokenizers as unknown[]).map(asPythonReadsIt) };
    case "Digits":
      return split(NUMBER, given.individual_digits ? "Isolated" : "Contiguous");
    case "Punctuation":
      return split(PUNCTUATION, String(given.behavior ?? "Isolated"));
    case "Whitespace":
      return kept(WORDS);
    case "WhitespaceSplit":
      return split(SPACE, "Removed");
    case "ByteLevel":
      // With a space to be put in front, the text cannot be parted beforehand.
      if (given.use_regex === false || given.add_prefix_space) return given;
      return { type: "Sequence", pretokenizers: [split(BYTE_LEVEL, "Isolated"), { ...given, use_regex: false }] };
    case "Split":
      return splitAsPythonReadsIt(given);
    default:
      return given;
  }
}

/** `Split`: what matches is kept apart, thrown away, or joined to a neighbour. */
function splitAsPythonReadsIt(given: JsonObject): JsonObject {
  const { Regex, String: text } = given.pattern as { Regex?: string; String?: string };
  const pattern = Regex ?? text!.replace(/[.*+?^${}()|[\]\\-]/g, "\\$&");
  const behavior = String(given.behavior);
  if (!given.invert) return split(pattern, behavior);
  if (behavior === "Removed") return kept(pattern);
  // Every piece stands alone, so it does not matter which ones matched.
  if (behavior === "Isolated") return split(pattern, behavior);
  throw new CliError(`pre_tokenizer Split with invert and behavior ${behavior}: expected Removed or Isolated`);
}

const kept = (Regex: string): JsonObject => ({ type: "Split", pattern: { Regex }, behavior: "Removed", invert: true });

function split(pattern: string, behavior: string): JsonObject {
  const parted = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });
  switch (behavior) {
    case "Removed":
      return { ...parted(pattern), behavior: "Removed" };
    case "Contiguous":
      return parted(`(?:${pattern})+`);
    case "MergedWithPrevious":
      return parted(`(?:(?!${pattern})[\\s\\S])*(?:${pattern})`);
    case "MergedWithNext":
      return parted(`(?:${pattern})(?:(?!${pattern})[\\s\\S])*`);
    default:
      return parted(pattern);
  }
}
