/**
 * The words of the workshop: six stages of work, each with eight words that an order may name, eight tools and two
 * rooms; and the 48 facts of the world, which word asks for which tool. Another list under another name is another world.
 */
import { CliError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";

export const STAGES = 6;
export const WORDS_PER_STAGE = 8;
const ROOMS_PER_STAGE = 2;

/** One stage of the work. */
export interface Stage {
  /** How an order asks for this stage; its word follows: `cut from` + `maple`. */
  readonly phrase: string;
  /** Eight words that an order may name. */
  readonly words: readonly string[];
  /** Eight tools; each word asks for one. */
  readonly tools: readonly string[];
  /** Its two rooms. */
  readonly rooms: readonly string[];
}

/** The vocabulary of a workshop: six stages. Every word is one lower-case word of one meaning. */
export interface Words {
  /** The benchmark's name, and the beginning of its task ids. */
  readonly name: string;
  /** In the order in which the work is done. */
  readonly stages: readonly Stage[];
}

const list = (text: string) => text.split(" ");

export const WORKSHOP: Words = {
  name: "workshop",
  stages: [
    {
      phrase: "cut from",
      words: list("maple walnut cherry birch cedar zinc tin bronze"),
      tools: list("jigsaw axe adze cleaver guillotine nibbler backsaw hatchet"),
      rooms: list("barn mill"),
    },
    {
      phrase: "form a",
      words: list("cabinet ladder desk cradle lantern barrow bookcase trunk"),
      tools: list("mandrel swage drawknife spokeshave brake die fixture template"),
      rooms: list("smithy foundry"),
    },
    {
      phrase: "join with",
      words: list("rivets screws pegs dovetails solder laces clips staples"),
      tools: list("awl gimlet spanner bodkin crimper brace bradawl ratchet"),
      rooms: list("garage attic"),
    },
    {
      phrase: "smooth to",
      words: list("satin gloss matt velvet pearl mirror ripple linen"),
      tools: list("rasp burnisher pumice buffer whetstone glasspaper strop grinder"),
      rooms: list("porch stable"),
    },
    {
      phrase: "colour it",
      words: list("crimson teal olive ivory amber violet charcoal azure"),
      tools: list("dauber stencil feather comb palette ladle atomiser quill"),
      rooms: list("studio pantry"),
    },
    {
      phrase: "pack in",
      words: list("straw canvas felt sawdust cotton paper wool moss"),
      tools: list("pitchfork scoop funnel rake basket hoist trowel bellows"),
      rooms: list("depot cabin"),
    },
  ],
};

/** Words that mean something else in orders, observations, actions or their compact rendering. */
const RESERVED = new Set(list("go use deliver piece done nothing ruined empty an order you are in the tray a and"));

/** Returns `words`. Throws CliError unless the counts are right and every word is one lower-case word of one meaning. */
export function checkWords(words: Words): Words {
  const fail = (problem: string): never => {
    throw new CliError(`words of ${JSON.stringify(words.name)}: ${problem}`);
  };
  if (!/^[a-z0-9-]+$/.test(words.name)) fail("expected a name of lower-case letters, digits and dashes");
  if (words.stages.length !== STAGES) fail(`expected ${STAGES} stages, got ${words.stages.length}`);
  const seen = new Set([...RESERVED, ...words.stages.flatMap(({ phrase }) => list(phrase))]);
  for (const stage of words.stages) {
    const counts = { words: WORDS_PER_STAGE, tools: WORDS_PER_STAGE, rooms: ROOMS_PER_STAGE };
    for (const [kind, count] of Object.entries(counts)) {
      const items = stage[kind as keyof typeof counts];
      if (items.length !== count) fail(`"${stage.phrase}": expected ${count} ${kind}, got ${items.length}`);
      for (const item of items) {
        if (!/^[a-z]+$/.test(item)) fail(`"${item}": expected lower-case letters only`);
        if (seen.has(item)) fail(`"${item}" has two meanings`);
        seen.add(item);
      }
    }
  }
  return words;
}

const facts = new WeakMap<Words, ReadonlyMap<string, string>>();

/** The facts of the world, the same in every task and for every seed: the tool that each word asks for. */
export function toolsByWord(words: Words): ReadonlyMap<string, string> {
  const known = facts.get(words) ?? drawnTools(words);
  facts.set(words, known);
  return known;
}

function drawnTools(words: Words): ReadonlyMap<string, string> {
  return new Map(
    words.stages.flatMap((stage, index) => {
      const tools = random(words.name, "facts", index).shuffle(stage.tools);
      return stage.words.map((word, i) => [word, tools[i]!] as const);
    }),
  );
}

/** The words that `instruction` names, one entry a stage; null where the order does not need the stage. */
export function orderIn(instruction: string, words: Words): readonly (string | null)[] {
  const named = new Set(instruction.match(/[a-z]+/g));
  return words.stages.map((stage) => stage.words.find((word) => named.has(word)) ?? null);
}
