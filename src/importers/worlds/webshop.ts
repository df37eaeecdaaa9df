/**
 * What all logs of WebShop have in common: how its goals are numbered, split and worded, and what ends an episode.
 *
 * Numbers and splits are those of the original's human goals (princeton-nlp/WebShop at 64fa2a5, baseline_models/env.py):
 * the index of a goal in the shuffled list decides its split. Prices and price limits are drawn anew by each process of
 * the original, so the same goal is worded with another limit in every log.
 */
import { CliError } from "../../core/errors.ts";
import { type LogDifference, type LoggedEpisode, type LogReader, shown } from "../reader.ts";
import { keyOfOwnId, type World } from "./world.ts";

/** A reader of WebShop logs: `parts` with what is the same for every format. */
export function webshopReader(
  parts: Pick<LogReader, "name" | "read" | "normalize"> & Partial<Pick<LogReader, "unreplayable">>,
): LogReader {
  return { benchmark: "webshop", goalOf, describeTask, advice, ...parts };
}

/** The shop's first page in observation modes `text` and `text_rich`; gleaner's own spelling has the goal in front of it. */
const START_PAGE =
  /(?:^|\n\n)(WebShop \[SEP\] Instruction: \[SEP\] (.+) \[SEP\] Search|WebShop *\nInstruction: *\n?(.+?) *\n\[button\] Search \[button_\])$/s;

/** WebShop: the goal stands on every page. */
export const WEBSHOP: World = {
  benchmark: "webshop",
  beginning: 'the first page, "WebShop [SEP] Instruction: [SEP] … [SEP] Search"',
  isTelling: true,
  opening(told) {
    const [, firstObservation, goal, richGoal] = START_PAGE.exec(told.trim()) ?? [];
    const instruction = goal ?? richGoal;
    return firstObservation && instruction ? { instruction, firstObservation } : undefined;
  },
  normalize: (observation) => observation.trim(),
  taskKey(name) {
    const index = /^webshop_(\d+)$/.exec(name)?.[1];
    if (index !== undefined) return `synthetic/${Number(index)}`;
    return keyOfOwnId("webshop", name) ?? (/^(?:human|synthetic)\/\d+$/.test(name) ? name : undefined);
  },
  goalOf,
  describeTask,
  contradiction,
  advice,
  resultOf,
};

const PRICE_LIMIT = /, and price lower than [^,]*$/;

/** A goal without its price limit, in the spelling of the original's list of human goals. */
export function goalOf(instruction: string): string {
  return instruction.toLowerCase().replace(PRICE_LIMIT, "").replace(/["']/g, "").replace(/\s+/g, " ").trim();
}

/** `human/17` → the split of that index. */
function describeTask(taskKey: string): { split: string; category: string } {
  const index = Number(taskKey.split("/")[1]);
  return { split: index < 500 ? "test" : index < 1500 ? "eval" : "train", category: "not known" };
}

/** An action of the shop. */
const ACTION = /^\s*(?:search|click)\s*\[.+\]/i;
/** What every page has, in all observation modes, and no complaint about an action. */
const PAGE = /\[SEP\]|\[button\]/;

/** A text that is no action leaves the page as it is: where another page follows, the agent did something else than was read. */
function contradiction({ firstObservation, steps }: LoggedEpisode): string | undefined {
  let page = firstObservation?.trim();
  for (const [index, { action, observation }] of steps.entries()) {
    const next = observation?.trim();
    if (next !== undefined && !PAGE.test(next)) continue;
    if (page !== undefined && next !== undefined && !next.includes(page) && !ACTION.test(action))
      return `action ${index + 1} led to another page: expected search[…] or click[…], found ${shown(action)}`;
    page = next;
  }
  return undefined;
}

function advice({ step, log, instruction }: LogDifference): string | undefined {
  if (step >= 0) return undefined;
  if (log.instruction.toLowerCase() !== instruction.toLowerCase()) {
    return "the goal texts differ: prices and price limits depend on the seed, so try another seed (--option seed=1)";
  }
  return "the first pages differ although the goals are equal: perhaps the log has another observation mode (--observation)";
}

/** Whether an action, where it is possible, ends the episode: it buys. */
export const isPurchase = (action: string): boolean => /^click\[buy now\]/i.test(action);

/** The result that a reward and the last action tell. */
export function resultOf(reward: number, lastAction: string): Required<Pick<LoggedEpisode, "claimed" | "end">> {
  return { claimed: reward >= 1 ? "won" : "lost", end: { return: reward, terminated: isPurchase(lastAction) } };
}

/** A reward of the original, in [0, 1]. Throws CliError naming the `place`. */
export function rewardOf(value: unknown, place: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw new CliError(`${place}: expected a number from 0 to 1, found ${shown(value)}`);
}

/** The index of a goal. Throws CliError naming the `place`. */
export function indexOf(value: unknown, place: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new CliError(`${place}: expected the index of a goal (0, 1, …), found ${shown(value)}`);
}
