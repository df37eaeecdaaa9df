/**
 * ETO's expert trajectories on WebShop (Song et al. 2024, arXiv 2403.02502; github.com/Yifan-Song793/ETO): a JSON array of
 *
 *     id             the goal's index among the original's human goals
 *     conversations  the episode (`webshop-conversation.ts`); a page may have "Observation:" before it
 *     reward         in [0, 1]; may be absent
 *
 * Sources: construct_preference.py and eval_agent/envs/webshop_env.py at 1a4c84c. As there, the action is everything
 * behind the first "Action: ". What ETO's own exploration writes (`outputs/…/<id>.json`: one object to a file, an
 * in-context example first, the index in the file's name alone) is not read.
 */

import { readConversation, type Spelling } from "../conversation.ts";
import { type LoggedEpisode, objectOf } from "../reader.ts";
import { indexOf, resultOf, rewardOf, webshopReader } from "../worlds/webshop.ts";

/** Reads ETO's WebShop trajectories. ETO strips every page, so blanks at the ends of one tell nothing. */
export const etoWebshop = webshopReader({
  name: "eto-webshop",
  read,
  normalize: (observation) => observation.trim(),
});

const ACTION = "Action: ";

const SPELLING: Spelling = {
  parse(said) {
    const at = said.indexOf(ACTION);
    return at < 0 ? undefined : { before: said.slice(0, at), action: said.slice(at + ACTION.length) };
  },
  page: (heard) => heard.replace(/^Observation:\s*/, "").trim(),
};

function read(row: unknown): LoggedEpisode {
  const { id, conversations, reward } = objectOf(row, "id, conversations and reward");
  const index = typeof id === "string" && /^\d+$/.test(id) ? Number(id) : id;
  const episode = { taskKey: `human/${indexOf(index, "id")}`, ...readConversation(conversations, SPELLING) };
  if (reward === undefined) return { ...episode, claimed: "not told" };
  return { ...episode, ...resultOf(rewardOf(reward, "reward"), episode.steps.at(-1)!.action) };
}
