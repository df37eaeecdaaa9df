/**
 * Porter's stemmer of 1980 with its author's two later departures (bli → ble, logi → log), as Lucene has it: words of
 * one or two letters stay as they are. Any text is accepted; only a, e, i, o, u and y are ever vowels.
 *
 * M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980.
 */

type Rule = readonly [suffix: string, replacement: string];

/** The first suffix that fits decides, so the longer one of two comes first. */
const DOUBLE_SUFFIXES: readonly Rule[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["bli", "ble"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"],
  ["logi", "log"],
];

const ADJECTIVES: readonly Rule[] = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
];

const ENDINGS = [
  "al",
  "ance",
  "ence",
  "er",
  "ic",
  "able",
  "ible",
  "ant",
  "ement",
  "ment",
  "ent",
  "sion",
  "tion",
].concat(["ou", "ism", "ate", "iti", "ous", "ive", "ize"]);

/** For each letter whether it is a vowel; y is one after a consonant. */
function vowelsOf(word: string): boolean[] {
  const vowels: boolean[] = [];
  for (let i = 0; i < word.length; i++) {
    const letter = word[i]!;
    vowels.push(letter === "y" ? i > 0 && !vowels[i - 1] : "aeiou".includes(letter));
  }
  return vowels;
}

const hasVowel = (word: string) => vowelsOf(word).includes(true);

/** How often a vowel is followed by a consonant. */
const measure = (word: string) => vowelsOf(word).filter((vowel, i, vowels) => !vowel && vowels[i - 1]).length;

function endsInDoubleConsonant(word: string): boolean {
  return word.length > 1 && word.at(-1) === word.at(-2) && !vowelsOf(word).at(-1);
}

/** Consonant, vowel, consonant, the last one not w, x or y: hop, but not snow. */
function endsShort(word: string): boolean {
  const [first, second, third] = vowelsOf(word).slice(-3);
  return word.length > 2 && !first && second === true && !third && !"wxy".includes(word.at(-1)!);
}

function withoutPlural(word: string): string {
  if (word.endsWith("sses") || word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

function withoutPast(word: string): string {
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const ending = ["ed", "ing"].find((suffix) => word.endsWith(suffix));
  if (!ending) return word;
  const stem = word.slice(0, -ending.length);
  if (!hasVowel(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function withI(word: string): string {
  return word.endsWith("y") && hasVowel(word.slice(0, -1)) ? `${word.slice(0, -1)}i` : word;
}

function replaced(word: string, rules: readonly Rule[]): string {
  for (const [suffix, replacement] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, -suffix.length);
    return measure(stem) > 0 ? stem + replacement : word;
  }
  return word;
}

function withoutEnding(word: string): string {
  const ending = ENDINGS.find((suffix) => word.endsWith(suffix));
  if (!ending) return word;
  // The s or t of -sion and -tion stays.
  const stem = word.slice(0, ending.endsWith("ion") ? -3 : -ending.length);
  return measure(stem) > 1 ? stem : word;
}

function withoutE(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const syllables = measure(stem);
  return syllables > 1 || (syllables === 1 && !endsShort(stem)) ? stem : word;
}

function withoutDoubleL(word: string): string {
  return word.endsWith("ll") && measure(word) > 1 ? word.slice(0, -1) : word;
}

/** The stem of a lower-case word. */
export function stemOf(word: string): string {
  if (word.length <= 2) return word;
  const singular = withI(withoutPast(withoutPlural(word)));
  const plain = replaced(replaced(singular, DOUBLE_SUFFIXES), ADJECTIVES);
  return withoutDoubleL(withoutE(withoutEnding(plain)));
}
