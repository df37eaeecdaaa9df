/**
 * The original's human demonstrations (princeton-nlp/WebShop, baseline_models/data/il_trajs_finalized_images.jsonl): one
 * JSON object on each line, its lists equally long:
 *
 *     states             pages in observation mode `text_rich`; the first one's heading is that of an older shop,
 *                        "Amazon Shopping Game"
 *     actions            what was done on each, `search[…]` or `click[…]` with an ASIN for a product
 *     available_actions, action_idxs, actions_translate (products by title), images: not read
 *
 * There is no goal index, no last page and no reward: the goal's text tells the task (the first one of several with the
 * same text, as baseline_models/train_choice_il.py has it) and only a replay tells how it ended. Sources: that file and
 * env.py beside it, at 9a99875; letter case and the heading are what states are known to differ in from a run of the
 * text environment, so they are left out when pages are compared.
 */
import { CliError } from "../../core/errors.ts";
import { type LoggedEpisode, objectOf, shown, textOf } from "../reader.ts";
import { webshopReader } from "../worlds/webshop.ts";

/** Reads the original's human demonstrations. They need the whole catalogue and its human goals. */
export const webshopHuman = webshopReader({ name: "webshop-human", read, normalize });

const START_PAGE = /^(?:Amazon Shopping Game|WebShop) *\nInstruction: *\n?(.+?) *\n\[button\] Search \[button_\]\s*$/is;

function normalize(observation: string): string {
  return observation
    .toLowerCase()
    .replace(/^amazon shopping game(?= *\n)/, "webshop")
    .replace(/^instruction: *\n?/m, "instruction:\n")
    .replace(/ +$/gm, "")
    .trim();
}

function read(row: unknown): LoggedEpisode {
  const { states, actions } = objectOf(row, "states and actions");
  const pages = textsOf(states, "states");
  const done = textsOf(actions, "actions");
  if (pages.length !== done.length || done.length === 0) {
    throw new CliError(
      `actions: expected one for each of the ${pages.length} states and at least one, found ${done.length}`,
    );
  }
  const instruction = START_PAGE.exec(pages[0]!)?.[1];
  if (instruction === undefined) {
    throw new CliError(`states[0]: expected the shop's first page with the goal, found ${shown(pages[0])}`);
  }
  const steps = done.map((action, index) => {
    if (!/^(search|click)\[/.test(action)) {
      throw new CliError(`actions[${index}]: expected search[…] or click[…], found ${shown(action)}`);
    }
    return { thought: "", action, completion: action, observation: pages[index + 1] ?? null };
  });
  return {
    taskKey: null,
    instruction,
    firstObservation: pages[0]!,
    steps,
    unusedThoughts: 0,
    claimed: "not told",
  };
}

function textsOf(value: unknown, place: string): string[] {
  if (!Array.isArray(value)) throw new CliError(`${place}: expected a list of texts, found ${shown(value)}`);
  return value.map((text: unknown, index) => textOf(text, `${place}[${index}]`, "text"));
}
