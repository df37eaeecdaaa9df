/**
 * A conversation → the rows it is trained as. A turn can be learned in the row of a later one if what was read and written
 * at it is how that row begins. So a template that only ever appends needs one row; one that rewrites earlier turns, drops
 * their thoughts for example, needs several, each as its last turn was shown.
 */
import type { WeightedMessage } from "../core/training.ts";
import { keptTurn } from "./kept-turns.ts";
import { promptOf, type Rendered, type Turn, textOf, turnAt } from "./turns.ts";

/** The learned turns of one row, in order. The row is the text of the last. */
export type Run = readonly [Turn, ...Turn[]];

/** Every learned turn in one run each, as few runs as can be, in order of their last turns. Throws CliError naming a message. */
export function runsOf(messages: readonly WeightedMessage[], rendered: Omit<Rendered, "messages">): Run[] {
  const learned = messages.flatMap(({ weight }, index) => (weight === 1 ? [index] : []));
  const of = { ...rendered, messages };
  const prompts = learned.map((index) => promptOf(of, index));
  let left = learned.map((index, at): Turn => {
    const [prompt, later] = [prompts[at]!, prompts[at + 1]];
    return (later === undefined ? undefined : keptTurn(of, index, prompt, later)) ?? turnAt(of, index, prompt);
  });
  const runs: Run[] = [];
  for (let last = left.at(-1); last; last = left.at(-1)) {
    const { prompt } = last;
    const isIn = (turn: Turn) => turn === last || prompt.startsWith(textOf(turn));
    runs.unshift(left.filter(isIn) as unknown as Run);
    left = left.filter((turn) => !isIn(turn));
  }
  return runs;
}

export const lastOf = (run: Run): Turn => run.at(-1)!;
