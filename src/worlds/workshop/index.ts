/**
 * Workshop, the built-in world: a small generated text world in which failed runs are worth mining, by one knob
 * (`kind`), and in which that can be switched off. An order names up to six words, each word asks for one tool of its
 * stage, and a wrong tool ruins the piece. Needs no data; not meant as a benchmark of language models.
 */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { unknownName } from "../../core/wording.ts";
import { fromSimulator } from "../simulator.ts";
import { compactRendering } from "./compact.ts";
import { workshopExpert } from "./expert.ts";
import { type Kind, keyOf, lengthOf, type Ruin, SPLITS, type Split, taskOf } from "./tasks.ts";
import { checkWords, STAGES, WORKSHOP, type Words } from "./words.ts";
import { workshopWorld } from "./world.ts";

export { type WorkshopExpertOptions, workshopExpert } from "./expert.ts";
export type { Stage, Words } from "./words.ts";

/** Which orders there are, and what a mistake does. */
export interface WorkshopOptions {
  /**
   * Which stages an order of L words needs: the last L (`front`, rare skills come first), the first L (`back`), any L. Default
   * `front`.
   */
  readonly kind?: Kind;
  /**
   * What a wrong tool of the current stage does: it ends the episode, is found out at delivery, or does nothing. Default
   * `ends`.
   */
  readonly ruin?: Ruin;
  /** Lengths (in words) of the training orders; the other splits have all six. 1 to 6, default all. */
  readonly lengths?: readonly number[];
  /** Training orders; ≥ 1. Default 400. */
  readonly trainTasks?: number;
  /** Test orders; ≥ 1. Default 600. */
  readonly testTasks?: number;
  /** Steps after which an episode is truncated; ≥ 1. Default 30. */
  readonly maxSteps?: number;
  /** Draws the tasks of every split; an integer ≥ 0, default 0. The facts of the world do not depend on it. */
  readonly seed?: number;
  /** The vocabulary; another one is another world. Default: the built-in one. */
  readonly words?: Words;
}

const VALIDATION_TASKS = 120;

/**
 * Workshop, the built-in world: small, generated, needs no data. An order names up to six words, each word asks for one tool
 * of its stage, and a wrong tool ruins the piece. Return 1 for a delivered order, else 0. Throws CliError for options out of
 * range.
 */
export function workshop(options: WorkshopOptions = {}): Benchmark {
  const { kind = "front", ruin = "ends", lengths = [1, 2, 3, 4, 5, 6], seed = 0, maxSteps = 30 } = options;
  const { trainTasks = 400, testTasks = 600, words = WORKSHOP } = options;
  checkWords(words);
  const sizes: Readonly<Record<Split, number>> = { train: trainTasks, validation: VALIDATION_TASKS, test: testTasks };
  for (const [name, value] of Object.entries({ trainTasks, testTasks, maxSteps })) {
    if (!Number.isInteger(value) || value < 1) throw new CliError(`${name}: expected an integer ≥ 1, got ${value}`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw new CliError(`seed: expected an integer ≥ 0, got ${seed}`);
  const isLength = (length: number) => Number.isInteger(length) && length >= 1 && length <= STAGES;
  if (lengths.length === 0 || !lengths.every(isLength)) {
    throw new CliError(`lengths: expected integers from 1 to ${STAGES}, got ${JSON.stringify(lengths)}`);
  }

  /** Indexes of a split's tasks. An index always has the same length, whatever the options, so ids never clash. */
  function* indexes(split: Split): Generator<number> {
    for (let index = 0, found = 0; found < sizes[split]; index++) {
      if (split === "train" && !lengths.includes(lengthOf(index))) continue;
      found += 1;
      yield index;
    }
  }

  return {
    name: words.name,
    splits: SPLITS,
    maxSteps,
    successReturn: 1,
    instructions: instructions(words, ruin),
    compact: compactRendering(words),
    expert: workshopExpert({ words }),
    async tasks(split) {
      if (!isSplit(split)) throw new CliError(unknownName("split", split, SPLITS));
      return Array.from(indexes(split), (index) => taskOf({ split, kind, ruin, seed, index }, words));
    },
    async task(id) {
      return taskOf(keyOf(id, words), words);
    },
    async open() {
      return fromSimulator(workshopWorld(words, await import("./schemas.ts")));
    },
  };
}

const isSplit = (split: string): split is Split => (SPLITS as readonly string[]).includes(split);

const WRONG_TOOL: Readonly<Record<Ruin, string>> = {
  ends: "a wrong tool of that stage ruins the piece, and the order is lost",
  silent: "a wrong tool of that stage seems to do as well, but the customer will refuse the piece",
  off: "a wrong tool of that stage does nothing",
};

/** The system prompt: the rules and the action language, but none of the facts. */
function instructions(words: Words, ruin: Ruin): string {
  const rooms = words.stages.flatMap((stage) => stage.rooms).sort();
  return [
    "You work in a workshop. An order lists what is still to be done to a piece, in the order in which it must be done.",
    "Each stage of the work has its own tools and its own two rooms. A tray with three of its tools lies in one of the two; the other is empty today.",
    `Exactly one tool of a stage does what the order asks for; ${WRONG_TOOL[ruin]}. Tools of other stages do nothing.`,
    "Deliver the piece when everything is done: that ends the order. Every turn, answer with one action:",
    `go ROOM - walk to a room, one of: ${rooms.join(", ")}`,
    "use TOOL - use a tool from the tray in this room",
    "deliver piece - hand the piece to the customer",
  ].join("\n");
}
