/**
 * AgentGym's trajectories on WebShop (Xi et al. 2024, arXiv 2406.04151; github.com/WooooDyy/AgentGym): a JSON array
 * (AgentTraj-L) or JSON Lines (what its evaluator collects) of
 *
 *     item_id         "webshop_6": the index of a goal of its server, 1,000 products with synthetic goals
 *     conversations   the episode (`webshop-conversation.ts`), each message with `loss`, which is not read
 *     reward, success of the evaluator; AgentTraj-L has neither
 *
 * Sources: README.md, agentenv/envs/webshop.py, agentenv/trainer/distributed_evaluator.py at 00243d0. As there, the
 * action stands behind the last "Action:" and a closing "</s>" is no part of it. A turn that AgentGym itself answered
 * ("Invalid Action.") never reached the shop: such an episode is refused.
 */
import { CliError } from "../../core/errors.ts";
import { readConversation, type Spelling } from "../conversation.ts";
import { type LoggedEpisode, objectOf, shown } from "../reader.ts";
import { resultOf, rewardOf, webshopReader } from "../worlds/webshop.ts";

/** Reads AgentGym's WebShop trajectories, of AgentTraj-L and of its evaluator. */
export const agentgymWebshop = webshopReader({
  name: "agentgym-webshop",
  read,
  normalize: (observation) => observation,
});

const ACTION = "Action:";

const SPELLING: Spelling = {
  parse(said) {
    const text = said.replace(/<\/s>$/, "");
    const at = text.lastIndexOf(ACTION);
    return at < 0 ? undefined : { before: text.slice(0, at), action: text.slice(at + ACTION.length) };
  },
  page: (heard) => heard,
};

function read(row: unknown): LoggedEpisode {
  const { item_id, conversations, reward, success } = objectOf(row, "item_id and conversations");
  const index = typeof item_id === "string" ? /^webshop_(\d+)$/.exec(item_id)?.[1] : undefined;
  if (index === undefined) throw new CliError(`item_id: expected "webshop_<index>", found ${shown(item_id)}`);
  const episode = { taskKey: `synthetic/${Number(index)}`, ...readConversation(conversations, SPELLING) };
  if (reward === undefined) return { ...episode, claimed: "not told" };
  const earned = rewardOf(reward, "reward");
  if (success !== undefined && Boolean(success) !== (earned === 1)) {
    throw new CliError(`success: expected ${earned === 1 ? 1 : 0} for a reward of ${earned}, found ${shown(success)}`);
  }
  return { ...episode, ...resultOf(earned, episode.steps.at(-1)!.action) };
}
