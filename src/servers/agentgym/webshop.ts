/**
 * AgentGym's WebShop server. Its quirks: environments are bare numbers under `env_idx`, errors are HTTP errors, and
 * `session_id` is the index of a goal. Source: WooooDyy/AgentGym at 3ef9235, agentenv-webshop/agentenv_webshop/server.py and
 * environment.py. It has no `/close`, although its client calls it; here there is one.
 */
import { z } from "zod";
import type { Benchmark } from "../../core/environment.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Task } from "../../core/task.ts";
import { HttpRefusal } from "../loopback.ts";
import { closing, type Dialect, get, number, post } from "./dialect.ts";

const env_idx = number;
const ID = "env_idx";

export function webshopDialect(benchmark: Benchmark): Dialect {
  return {
    routes: {
      "GET /": async () => "ok",
      "GET /list_envs": async (_, episodes) => episodes.ids(),
      "POST /create": async (_, episodes) => episodes.create(),
      "POST /reset": post(
        z.strictObject({ env_idx, session_id: z.int().min(0).nullish() }),
        async (given, episodes) => {
          const { env_idx: id, session_id: index } = given;
          const task = await taskAt(benchmark, index ?? null);
          return episodes.with(id, async (episode) => [(await episode.reset(task)).observation, null]);
        },
      ),
      "POST /step": post(z.strictObject({ env_idx, action: z.string() }), ({ env_idx: id, action }, episodes) =>
        episodes.with(id, async (episode) => {
          const { observation, reward, terminated } = await episode.step(action);
          return { state: observation, reward, done: terminated, info: null };
        }),
      ),
      "POST /close": closing(ID),
      "GET /available_actions": get(ID, (id, episodes) =>
        episodes.with(id, (episode) => availableActions(episode.last().actions)),
      ),
      "GET /observation": get(ID, (id, episodes) => episodes.with(id, (episode) => episode.last().observation)),
      "GET /instruction_text": get(ID, (id, episodes) =>
        episodes.with(id, (episode) => `Instruction: ${episode.last().task.instruction}`),
      ),
      "GET /state": async () => {
        throw new HttpRefusal(501, "state: the address and HTML of a page are not offered; observation tells the page");
      },
    },
  };
}

/** The goal of this index. Throws HttpRefusal for none: the original would draw one at random. */
async function taskAt(benchmark: Benchmark, index: number | null): Promise<Task> {
  if (index === null)
    throw new HttpRefusal(422, "body: session_id: expected the index of a goal; none is drawn at random here");
  for (const split of benchmark.splits) {
    const [first] = await benchmark.tasks(split);
    // Ids of a shop differ in the index alone.
    if (first) return benchmark.task(first.id.replace(/^(webshop\/[^/]+\/)\d+/, `$1${index}`) as TaskId);
  }
  throw new HttpRefusal(404, "body: session_id: this shop has no goals");
}

/** As the original: the search bar's button is a clickable, too. */
function availableActions(actions: readonly string[]) {
  const has_search_bar = actions.some((action) => action.startsWith("search["));
  const clickables = actions.flatMap((action) => /^click\[(.*)\]$/s.exec(action)?.[1] ?? []);
  return { has_search_bar, clickables: has_search_bar ? [...clickables, "search"] : clickables };
}
