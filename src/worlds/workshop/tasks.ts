/**
 * The orders. A task follows from its id alone: the kind of order, the seed and the index say which words it names and
 * how the workshop is laid out, so nothing is stored and any id can be made into its task again.
 *
 * Which combinations of three or more words belong to training, validation and test is a fixed rule, the same for every
 * seed: no order of one split is ever met in another. (There are only 8 + 64 orders of one or two words: they repeat.)
 */
import { CliError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { type Random, random, seedFrom } from "../../core/random.ts";
import type { Task } from "../../core/task.ts";
import { STAGES, toolsByWord, WORDS_PER_STAGE, type Words } from "./words.ts";

/** Which stages an order of L words has: the last L, the first L, or any L. */
export const KINDS = ["front", "back", "any"] as const;
/** Which stages an order of L words has: the last L (`front`), the first L (`back`), or any L. */
export type Kind = (typeof KINDS)[number];

/** What a wrong tool of the current stage does: ends the episode, looks right until delivery, or nothing. */
export const RUINS = ["ends", "silent", "off"] as const;
/** What a wrong tool of the current stage does: it ends the episode, looks right until delivery, or does nothing. */
export type Ruin = (typeof RUINS)[number];

export const SPLITS = ["train", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];

export const TRAY_SIZE = 3;

/** `Task.data`: everything the world needs beside its words. */
export interface TaskData {
  readonly ruin: Ruin;
  /** One entry for each stage of the work: what the order asks for (null = not needed) and where which tools lie. */
  readonly stages: readonly { readonly word: string | null; readonly room: string; readonly tray: readonly string[] }[];
}

/** What a task's id says. */
export interface TaskKey {
  readonly split: Split;
  readonly kind: Kind;
  readonly ruin: Ruin;
  readonly seed: number;
  readonly index: number;
}

/** `workshop/train/front-1-17`; the ruin is named (`front-silent-1-17`) unless it is `ends`. */
export function idOf({ split, kind, ruin, seed, index }: TaskKey, words: Words): TaskId {
  return `${words.name}/${split}/${kind}${ruin === "ends" ? "" : `-${ruin}`}-${seed}-${index}` as TaskId;
}

/** Inverse of `idOf`. Throws CliError. */
export function keyOf(id: TaskId, words: Words): TaskKey {
  const match =
    /^(?<name>[^/]+)\/(?<split>[^/]+)\/(?<kind>[a-z]+)(?:-(?<ruin>[a-z]+))?-(?<seed>\d+)-(?<index>\d+)$/.exec(id);
  const { split, kind, ruin = "ends", seed, index } = match?.groups ?? {};
  const key = { split, kind, ruin, seed: Number(seed), index: Number(index) } as TaskKey;
  // Only the id that would be written again is one: no unknown split, no leading zero, no number out of range.
  const isKnown = SPLITS.includes(key.split) && KINDS.includes(key.kind) && RUINS.includes(key.ruin);
  if (isKnown && Number.isSafeInteger(key.seed) && Number.isSafeInteger(key.index) && idOf(key, words) === id)
    return key;
  throw new CliError(`unknown task ${JSON.stringify(id)}: expected an id like ${words.name}/train/front-1-17`);
}

/** The number of words of the order with this index: one to six, over and over. */
export const lengthOf = (index: number): number => 1 + (index % STAGES);

export function taskOf(key: TaskKey, words: Words): Task {
  const { split, kind, ruin, seed, index } = key;
  const length = lengthOf(index);
  const draw = random(words.name, split, kind, seed, index);
  const needed = neededStages(kind, length, draw);
  const order = combination(key, length, draw);
  const tools = toolsByWord(words);
  const stages = words.stages.map((stage, i) => {
    const word = needed.includes(i) ? stage.words[order[needed.indexOf(i)]!]! : null;
    const right = word === null ? draw.pick(stage.tools) : tools.get(word)!;
    const others = draw.shuffle(stage.tools.filter((tool) => tool !== right)).slice(0, TRAY_SIZE - 1);
    return { room: draw.pick(stage.rooms), tray: draw.shuffle([right, ...others]), word };
  });
  const asked = stages.flatMap(({ word }, i) => (word === null ? [] : [`${words.stages[i]!.phrase} ${word}`]));
  return {
    id: idOf(key, words),
    split,
    category: length === 1 ? "1 word" : `${length} words`,
    instruction: `An order: ${asked.join(", ")}.`,
    data: { ruin, stages } satisfies TaskData,
  };
}

/** Indexes of the stages that an order needs, ascending. */
function neededStages(kind: Kind, length: number, draw: Random): readonly number[] {
  const all = Array.from({ length: STAGES }, (_, stage) => stage);
  if (kind === "front") return all.slice(STAGES - length);
  if (kind === "back") return all.slice(0, length);
  const chosen = draw.shuffle(all).slice(0, length);
  return all.filter((stage) => chosen.includes(stage));
}

/** Each split owns every n-th of all combinations: half of them train, a quarter each for the others. */
const SHARES: Readonly<Record<Split, { readonly first: number; readonly every: number }>> = {
  train: { first: 0, every: 2 },
  validation: { first: 1, every: 4 },
  test: { first: 3, every: 4 },
};

/** Indexes of an order's words in their stages. Three or more words come again only when the split's share is used up. */
function combination({ split, kind, seed, index }: TaskKey, length: number, draw: Random): readonly number[] {
  if (length <= 2) return Array.from({ length }, () => draw.integer(WORDS_PER_STAGE));
  const all = WORDS_PER_STAGE ** length;
  const { first, every } = SHARES[split];
  const share = all / every;
  const nth = (Math.floor(index / STAGES) + seedFrom("first combination", kind, seed, length)) % share;
  const number = scrambled(first + nth * every, all);
  return Array.from({ length }, (_, digit) => Math.floor(number / WORDS_PER_STAGE ** digit) % WORDS_PER_STAGE);
}

/**
 * A fixed shuffle of the integers in [0, size), `size` a power of two: a shifted xor and an odd factor can each be
 * undone, so no two numbers meet.
 */
export function scrambled(number: number, size: number): number {
  const shift = Math.ceil(Math.log2(size) / 2);
  let mixed = number;
  for (const factor of [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35]) {
    mixed = Math.imul(mixed ^ (mixed >>> shift), factor) & (size - 1);
  }
  return mixed ^ (mixed >>> shift);
}
