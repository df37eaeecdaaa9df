/**
 * A tokenizer in which every frequent whitespace-separated unit is one token, and what is not frequent is spelled in
 * bytes, so nothing is unknown. Written as an ordinary tokenizer.json (BPE without merges) that Python's tokenizers
 * reads; the encoder here is for this format alone.
 *
 * Text comes back with single spaces between units. The mark of a unit's start, ▁ (U+2581), is the one character that
 * does not come back from text that contains it. Text never becomes a special token, whatever it says.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ModelError } from "./errors.ts";

export const SPECIAL_TOKENS = { pad: "<pad>", bos: "<bos>", end: "<end>" } as const;

const MARK = "▁";
const BYTE_TOKENS = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
/** Unicode's White_Space, which is what the WhitespaceSplit pre-tokenizer splits at. */
const WHITE_SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
const MAX_VOCABULARY = 4096;
/** Units remembered with their tokens; when full, the memory starts again. */
const CACHE_SIZE = 100_000;

/** The parts of tokenizer.json that matter here; the rest is fixed. */
export interface TokenizerFile {
  readonly model: {
    readonly type: "BPE";
    readonly ignore_merges: true;
    readonly byte_fallback: true;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly [];
  };
  readonly [field: string]: unknown;
}

export interface Tokenizer {
  encode(text: string): number[];
  /** Special tokens are left out; bytes that are no UTF-8 become U+FFFD. Throws ModelError for an id outside the vocabulary. */
  decode(ids: readonly number[]): string;
  readonly pad: number;
  readonly bos: number;
  readonly end: number;
  /** Number of tokens. */
  readonly size: number;
}

const unitsOf = (text: string): string[] => text.split(WHITE_SPACE).filter(Boolean);

/** Special tokens first, then the mark, the bytes, and the units of `texts` from frequent to rare (ties by text). */
export function buildTokenizer(texts: Iterable<string>, options: { maxVocabulary?: number } = {}): TokenizerFile {
  const counts = new Map<string, number>();
  for (const text of texts) for (const unit of unitsOf(text)) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  const fixed = [...Object.values(SPECIAL_TOKENS), MARK, ...BYTE_TOKENS];
  const maximum = options.maxVocabulary ?? MAX_VOCABULARY;
  if (!(maximum >= fixed.length)) {
    throw new ModelError(
      `tokenizer: expected maxVocabulary ≥ ${fixed.length} (special tokens and bytes), got ${maximum}`,
    );
  }
  const units = [...counts]
    .filter(([unit]) => !unit.startsWith(MARK))
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([unit]) => MARK + unit);
  const tokens = [...fixed, ...units].slice(0, maximum);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: Object.values(SPECIAL_TOKENS).map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "WhitespaceSplit" },
        { type: "Metaspace", replacement: MARK, prepend_scheme: "always", split: false },
      ],
    },
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: MARK }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: true,
      ignore_merges: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  } as TokenizerFile;
}

function checkFormat(file: TokenizerFile, name: string): void {
  const model = file.model as Partial<TokenizerFile["model"]> | undefined;
  const missing = [...Object.values(SPECIAL_TOKENS), MARK, ...BYTE_TOKENS].find(
    (token) => !(token in (model?.vocab ?? {})),
  );
  if (model?.type === "BPE" && model.ignore_merges && model.byte_fallback && !model.merges?.length && !missing) return;
  const problem = missing && model?.vocab ? ` (${missing} is missing)` : "";
  throw new ModelError(
    `${name}: expected a tokenizer made by gleaner: BPE without merges, with byte fallback${problem}`,
  );
}

/** The text of consecutive byte tokens: all of it or, if it is no UTF-8, U+FFFD for each byte. */
function textOfBytes(bytes: readonly number[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return "\uFFFD".repeat(bytes.length);
  }
}

/** The tokenizer of a checkpoint folder, or of a tokenizer.json value. Throws ModelError for any other format. */
export function loadTokenizer(from: string | TokenizerFile): Tokenizer {
  const name = typeof from === "string" ? join(from, "tokenizer.json") : "tokenizer.json";
  const file = typeof from === "string" ? (JSON.parse(readFileSync(name, "utf8")) as TokenizerFile) : from;
  checkFormat(file, name);
  const vocabulary = new Map(Object.entries(file.model.vocab));
  const tokens = new Map([...vocabulary].map(([token, id]) => [id, token]));
  const byteIds = BYTE_TOKENS.map((token) => vocabulary.get(token)!);
  const byteOf = new Map(byteIds.map((id, byte) => [id, byte]));
  const special = new Set(Object.values(SPECIAL_TOKENS).map((token) => vocabulary.get(token)!));
  const cache = new Map<string, readonly number[]>();

  const spell = (unit: string): number[] => {
    const marked = unit.startsWith(MARK) ? unit : MARK + unit;
    const whole = vocabulary.get(marked);
    if (whole !== undefined) return [whole];
    return Array.from(marked).flatMap((character) => {
      if (character === MARK) return [vocabulary.get(MARK)!];
      return Array.from(Buffer.from(character), (byte) => byteIds[byte]!);
    });
  };

  return {
    pad: vocabulary.get(SPECIAL_TOKENS.pad)!,
    bos: vocabulary.get(SPECIAL_TOKENS.bos)!,
    end: vocabulary.get(SPECIAL_TOKENS.end)!,
    size: vocabulary.size,
    encode(text) {
      return unitsOf(text).flatMap((unit) => {
        let ids = cache.get(unit);
        if (!ids) {
          if (cache.size >= CACHE_SIZE) cache.clear();
          cache.set(unit, (ids = spell(unit)));
        }
        return ids;
      });
    },
    decode(ids) {
      let text = "";
      let bytes: number[] = [];
      const flush = () => {
        text += textOfBytes(bytes);
        bytes = [];
      };
      for (const id of ids) {
        if (special.has(id)) continue;
        const byte = byteOf.get(id);
        if (byte !== undefined) {
          bytes.push(byte);
          continue;
        }
        const token = tokens.get(id);
        if (token === undefined) throw new ModelError(`tokenizer: expected an id below ${vocabulary.size}, got ${id}`);
        flush();
        text += token.replaceAll(MARK, " ");
      }
      flush();
      return text.startsWith(" ") ? text.slice(1) : text;
    },
  };
}
