/**
 * AgentGym's trajectories (Xi et al. 2024, arXiv 2406.04151; github.com/WooooDyy/AgentGym): a JSON array (AgentTraj-L) or
 * JSON Lines (what its evaluator collects) of
 *
 *     item_id         what tells the task, see below
 *     conversations   the rules, "OK…", and the episode (`conversation.ts`), each message with `loss`, which is not read
 *     reward, success of the evaluator; AgentTraj-L has neither
 *
 *     WebShop       "webshop_6"   the index of a goal of its server, 1,000 products with synthetic goals
 *     ScienceWorld  "sciworld_12" an index into the variations of its tasks; rewards are scores up to 100
 *     ALFWorld      "alfworld_3"  an index into lists of games that are not here: goal and room tell the game; or its folder
 *
 * Sources: README.md, agentenv/envs/webshop.py and agentenv/trainer/distributed_evaluator.py at 00243d0, agentenv/envs/
 * alfworld.py at 0412982 and sciworld.py at f434743; no published file was at hand. As there, the action stands behind the
 * last "Action:" and a closing "</s>" is no part of it, and observations of ALFWorld may end with the available actions. A
 * turn that AgentGym itself answered ("Invalid Action.") never reached the world: such an episode is refused. Gleaner's own
 * exports for AgentGym are read for any world.
 */
import { CliError } from "../../core/errors.ts";
import { hasMember } from "../chats/turn.ts";
import { readConversation, type Spelling, THOUGHT_AND_ACTION } from "../conversation.ts";
import { type LoggedEpisode, type LogReader, objectOf, shown } from "../reader.ts";
import { ALFWORLD } from "../worlds/alfworld.ts";
import { SCIENCEWORLD } from "../worlds/scienceworld.ts";
import { rewardOf, WEBSHOP } from "../worlds/webshop.ts";
import type { World } from "../worlds/world.ts";
import { conversationReader, isExported } from "./conversations.ts";

/** Reads AgentGym's WebShop trajectories, of AgentTraj-L and of its evaluator. */
export const agentgymWebshop = agentgymReader(WEBSHOP);
/** Reads AgentGym's ALFWorld trajectories. They are of alfworld 0.3. */
export const agentgymAlfworld = agentgymReader(ALFWORLD);
/** Reads AgentGym's ScienceWorld trajectories. */
export const agentgymScienceworld = agentgymReader(SCIENCEWORLD);

const ACTION = "Action:";

const SPELLING: Spelling = {
  parse(said) {
    const text = said.replace(/<\/s>$/, "");
    const at = text.lastIndexOf(ACTION);
    if (at < 0) return undefined;
    return { thought: text.slice(0, at).replace(/^\s*Thought:/, ""), action: text.slice(at + ACTION.length) };
  },
  observation(heard) {
    if (!heard.startsWith("Invalid Action.\n\n")) return heard.replace(/\nAVAILABLE ACTIONS: [^\n]*$/, "");
    throw new CliError(`AgentGym answered a turn itself, ${shown(heard)}: expected the world's answer to every turn`);
  },
  turn: THOUGHT_AND_ACTION,
};

/** AgentGym's format in this world. */
export function agentgymReader(world: World): LogReader {
  const reader = {
    ...conversationReader("agentgym", world, (row) => read(row, world)),
    evidence: (row: unknown) => hasMember(row, "item_id") && "a member item_id",
  };
  // Its WebShop pages are the server's to the letter.
  return world === WEBSHOP ? { ...reader, normalize: (observation) => observation } : reader;
}

function read(row: unknown, world: World): LoggedEpisode {
  const { item_id, conversations, reward, success } = objectOf(row, "item_id and conversations");
  const taskKey = isExported(item_id) ? null : keyOf(item_id, world);
  const episode = { taskKey, ...readConversation(conversations, world, SPELLING) };
  if (reward === undefined) return { ...episode, claimed: "not told" };
  const earned = world === SCIENCEWORLD ? scoreOf(reward) : rewardOf(reward, "reward");
  // Its evaluator calls only a reward of 1 a success, which tells nothing where rewards go up to 100.
  if (success !== undefined && world !== SCIENCEWORLD && Boolean(success) !== (earned === 1)) {
    throw new CliError(`success: expected ${earned === 1 ? 1 : 0} for a reward of ${earned}, found ${shown(success)}`);
  }
  return { ...episode, ...world.resultOf(earned, episode.steps.at(-1)!.action) };
}

/** AgentGym's names for its worlds. */
const NAMES: Readonly<Record<string, string>> = { webshop: "webshop", alfworld: "alfworld", scienceworld: "sciworld" };

function keyOf(item: unknown, world: World): string | null {
  const prefix = NAMES[world.benchmark];
  const text = typeof item === "string" ? item : undefined;
  if (prefix === undefined) return text === undefined ? null : (world.taskKey(text) ?? null);
  const isIndex = text !== undefined && /^\d+$/.test(text.slice(prefix.length + 1)) && text.startsWith(`${prefix}_`);
  const key = text === undefined ? undefined : world.taskKey(text);
  if (world === ALFWORLD && (isIndex || key !== undefined)) return key ?? null;
  if (isIndex && key !== undefined) return key;
  throw new CliError(`item_id: expected "${prefix}_<index>", found ${shown(item)}`);
}

function scoreOf(value: unknown): number {
  if (typeof value === "number" && value >= -100 && value <= 100) return value;
  throw new CliError(`reward: expected a score from -100 to 100, found ${shown(value)}`);
}
