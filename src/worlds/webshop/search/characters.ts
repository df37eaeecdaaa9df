/**
 * What the tokenizer asks of a character: the sets that the word grammar is written in. They follow Unicode's word break
 * and emoji properties as Lucene 8.11 knows them (Unicode 9, Emoji 11). Not here: letters newer than Unicode 9, which
 * Lucene ignores and which count as letters here.
 *
 * Sources: UAX #29 (Unicode 9), emoji-data.txt (Emoji 11).
 */

/** The characters of South East Asian scripts, which are written without blanks and kept together. */
const COMPLEX =
  /[[\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Khmer}\p{Script=Tai_Le}\p{Script=New_Tai_Lue}\p{Script=Tai_Tham}\p{Script=Tai_Viet}\p{Script=Ahom}]&&[\p{L}\p{M}]]/v;

const KATAKANA = /[\p{Script=Katakana}\u3031-\u3035\u309B\u309C\u30A0\u30FC\uFF70]/v;

/** Extended_Pictographic, or Emoji that is no key, modifier or flag: wider than what newer Unicode calls pictographic. */
const PICTOGRAPHS =
  /[\xA9\xAE\u203C\u2049\u2122\u2194-\u2199\u21A9\u21AA\u231A\u231B\u2328\u2388\u23CF\u23E9-\u23F3\u23F8-\u23FA\u25AA\u25AB\u25B6\u25C0\u25FB-\u25FE\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2714\u2716\u271D\u2721\u2728\u2733\u2734\u2744\u2747\u274C\u274E\u2753-\u2755\u2757\u2763-\u2767\u2795-\u2797\u27A1\u27B0\u27BF\u2934\u2935\u2B05-\u2B07\u2B1B\u2B1C\u2B50\u2B55\u3030\u303D\u3297\u3299\u{1F000}-\u{1F0FF}\u{1F10D}-\u{1F10F}\u{1F12F}\u{1F16C}-\u{1F16F}\u{1F18E}\u{1F191}-\u{1F19A}\u{1F1AD}-\u{1F1E5}\u{1F201}-\u{1F20F}\u{1F21A}\u{1F22F}\u{1F232}-\u{1F23A}\u{1F23C}-\u{1F23F}\u{1F249}-\u{1F3FA}\u{1F400}-\u{1F53D}\u{1F546}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F774}-\u{1F77F}\u{1F7D5}-\u{1F7FF}\u{1F80C}-\u{1F80F}\u{1F848}-\u{1F84F}\u{1F85A}-\u{1F85F}\u{1F888}-\u{1F88F}\u{1F8AE}-\u{1F8FF}\u{1F90C}-\u{1F93A}\u{1F93C}-\u{1F945}\u{1F947}-\u{1FFFD}]/v;

const ATTACHED = /[[\p{Grapheme_Extend}\p{Mc}\p{Cf}\u200D]--\u200B]/v;

const ALPHABETIC = /[[\p{Alphabetic}\u05F3]--[\p{Ideographic}\p{Script=Hiragana}]]/v;

const SETS = {
  /** Marks and invisible signs: they belong to the character before them. */
  attached: ATTACHED,
  attachedToEmoji: /[[\p{Grapheme_Extend}\p{Mc}\p{Cf}\u200D]--[\u200B\uFE0E\uFE0F]]/v,
  letter: {
    test: (character: string) =>
      ALPHABETIC.test(character) && ![KATAKANA, COMPLEX, ATTACHED].some((set) => set.test(character)),
  },
  hebrew: /[\p{Script=Hebrew}&&\p{Lo}]/v,
  digit: /[\p{Nd}\u066B]/v,
  katakana: KATAKANA,
  hiragana: /\p{Script=Hiragana}/v,
  han: /\p{Script=Han}/v,
  complex: COMPLEX,
  /** `_` and its like: they join words. */
  joining: /[\p{Pc}\u202F]/v,
  betweenLetters: /[:\u02D7\xB7\u0387\u05F4\u2027\uFE13\uFE55\uFF1A.\u2018\u2019\u2024\uFE52\uFF07\uFF0E']/v,
  betweenDigits:
    /[,;\u037E\u0589\u060C\u060D\u066C\u07F8\u2044\uFE10\uFE14\uFE50\uFE54\uFF0C\uFF1B.\u2018\u2019\u2024\uFE52\uFF07\uFF0E']/v,
  singleQuote: /'/v,
  doubleQuote: /"/v,
  pictograph: PICTOGRAPHS,
  skinTone: /\p{Emoji_Modifier}/v,
  takesSkinTone: /\p{Emoji_Modifier_Base}/v,
  zeroWidthJoiner: /\u200D/v,
  emojiStyle: /\uFE0F/v,
  key: /[0-9#*]/v,
  keycap: /\u20E3/v,
  flagLetter: /\p{Regional_Indicator}/v,
  tag: /[\u{E0020}-\u{E007E}]/v,
  tagEnd: /\u{E007F}/v,
};

export type CharacterSet = keyof typeof SETS;

const NAMES = Object.keys(SETS) as CharacterSet[];

/** The sets that a code point belongs to, in a fixed order; none for half of a surrogate pair. */
export function setsOf(codePoint: number): readonly CharacterSet[] {
  const character = String.fromCodePoint(codePoint);
  return NAMES.filter((name) => SETS[name].test(character));
}
