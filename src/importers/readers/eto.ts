/**
 * ETO's expert trajectories (Song et al. 2024, arXiv 2403.02502; github.com/Yifan-Song793/ETO): a JSON array of
 *
 *     conversations  the rules, "OK", and the episode (`conversation.ts`); an observation may have "Observation:" before it
 *     reward         in [0, 1]; may be absent
 *
 * and what tells the task:
 *
 *     WebShop       id         the goal's index among the original's human goals
 *     ALFWorld      game_file  a path that ends with the game's folder
 *     ScienceWorld  id         "<number of the task>_<variation>"; the first room is not told
 *
 * Sources: construct_preference.py at 1a4c84c, eval_agent/envs and eval_agent/tasks at 9cd8087; no published file was at
 * hand. As there, the action is everything behind the first "Action: ". What ETO's own exploration writes
 * (`outputs/…/<id>.json`: one object to a file, an in-context example first, the index in the file's name alone) is not read,
 * nor are preference pairs. Gleaner's own exports for ETO are read for any world: their ids name trajectories, so the goal
 * tells the task.
 */
import { CliError } from "../../core/errors.ts";
import { hasMember } from "../chats/turn.ts";
import { readConversation, type Spelling, THOUGHT_AND_ACTION } from "../conversation.ts";
import { type LoggedEpisode, type LogReader, objectOf, shown } from "../reader.ts";
import { ALFWORLD } from "../worlds/alfworld.ts";
import { etoKey, SCIENCEWORLD } from "../worlds/scienceworld.ts";
import { indexOf, rewardOf, WEBSHOP } from "../worlds/webshop.ts";
import type { World } from "../worlds/world.ts";
import { conversationReader, isExported } from "./conversations.ts";

/** Reads ETO's WebShop trajectories. ETO strips every page, so blanks at the ends of one tell nothing. */
export const etoWebshop = etoReader(WEBSHOP);
/** Reads ETO's ALFWorld trajectories. They are of alfworld 0.3. */
export const etoAlfworld = etoReader(ALFWORLD);
/** Reads ETO's ScienceWorld trajectories. They are of an early release, with simplifications `easy`. */
export const etoScienceworld = etoReader(SCIENCEWORLD);

const ACTION = "Action: ";

const SPELLING: Spelling = {
  parse(said) {
    const at = said.indexOf(ACTION);
    if (at < 0) return undefined;
    return { thought: said.slice(0, at).replace(/^\s*Thought:/, ""), action: said.slice(at + ACTION.length) };
  },
  observation: (heard) => heard.replace(/^Observation:\s*/, "").trim(),
  turn: THOUGHT_AND_ACTION,
};

/** ETO's format in this world. */
export function etoReader(world: World): LogReader {
  return {
    ...conversationReader("eto", world, (row) => read(row, world)),
    evidence: (row) => (hasMember(row, "item_id") ? false : undefined),
  };
}

function read(row: unknown, world: World): LoggedEpisode {
  const { conversations, reward, ...names } = objectOf(row, "id, conversations and reward");
  const taskKey = isExported(names.id) ? null : keyOf(names, world);
  const episode = { taskKey, ...readConversation(conversations, world, SPELLING) };
  const settings = world === SCIENCEWORLD && taskKey !== null ? { settings: "simplifications easy" } : {};
  if (reward === undefined || reward === null) return { ...episode, ...settings, claimed: "not told" };
  const told = rewardOf(typeof reward === "boolean" ? Number(reward) : reward, "reward");
  // ETO tells the raw score of ScienceWorld, 1 where the benchmark says 100.
  const earned = world === SCIENCEWORLD ? Math.round(100 * told) : told;
  return { ...episode, ...settings, ...world.resultOf(earned, episode.steps.at(-1)!.action) };
}

function keyOf({ id, game_file }: Readonly<Record<string, unknown>>, world: World): string | null {
  if (world === WEBSHOP) {
    const index = typeof id === "string" && /^\d+$/.test(id) ? Number(id) : id;
    return `human/${indexOf(index, "id")}`;
  }
  if (world === ALFWORLD) {
    const key = typeof game_file === "string" ? ALFWORLD.taskKey(game_file) : undefined;
    if (key !== undefined) return key;
    throw new CliError(`game_file: expected a path with "<type>-…/trial_…", found ${shown(game_file)}`);
  }
  if (world === SCIENCEWORLD) {
    const key = typeof id === "string" ? etoKey(id) : undefined;
    if (key !== undefined) return key;
    throw new CliError(`id: expected "<number of the task>_<variation>", found ${shown(id)}`);
  }
  return typeof id === "string" ? (world.taskKey(id) ?? null) : null;
}
