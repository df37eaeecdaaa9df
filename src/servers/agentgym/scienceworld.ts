/**
 * AgentGym's ScienceWorld server. Its quirks: errors are answers with status 200 and a member `error`, `data_idx` is an index
 * into all variations of the tasks that it plays, a reset looks around, `reward` is the change of the score, and the client
 * takes the score for the reward. Source: WooooDyy/AgentGym at 3ef9235, agentenv-sciworld/agentenv_sciworld/server.py and
 * environment.py.
 */
import { z } from "zod";
import type { Benchmark } from "../../core/environment.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { HttpRefusal } from "../loopback.ts";
import { type Dialect, get, NUMBERED, number, post, type Route } from "./dialect.ts";
import { RefusedError, type Shown } from "./episodes.ts";

/** What its simulator alone could tell, which this server does not ask. */
const NOT_OFFERED = ["GET /action_hint", "GET /goals", "GET /object_tree", "GET /state", "POST /step_visual"];

/** `keyOf`: the task and variation (`boil/3`) that an index of AgentGym's means; undefined beyond its end. */
export function scienceworldDialect(benchmark: Benchmark, keyOf: (index: number) => string | undefined): Dialect {
  const refused: Route = async ({ path }) => {
    throw new HttpRefusal(501, `${path.slice(1)}: not offered; observation and step tell the episode`);
  };
  return {
    ...NUMBERED,
    routes: {
      ...NUMBERED.routes,
      "GET /": async () => "This is environment ScienceWorld.",
      "POST /reset": post(z.strictObject({ id: number, data_idx: z.int() }), ({ id, data_idx }, episodes) =>
        episodes.with(id, async (episode) => {
          const key = data_idx < 0 ? undefined : keyOf(data_idx);
          if (key === undefined) throw new RefusedError(`data_idx: no variation has the index ${data_idx}`);
          const task = await benchmark.task(`scienceworld/${key}` as TaskId);
          await episode.reset(task);
          const looked = stepped(await episode.step("look around"));
          const [task_name = "", variation] = key.split("/");
          return {
            ...{ task_name, var_num: Number(variation), task_description: task.instruction },
            ...looked,
            deleted: false,
          };
        }),
      ),
      "POST /step": post(z.strictObject({ id: number, action: z.string() }), ({ id, action }, episodes) =>
        episodes.with(id, async (episode) => stepped(await episode.step(action))),
      ),
      "GET /observation": get("id", (id, episodes) => episodes.with(id, (episode) => episode.shown().observation)),
      "GET /task_description": get("id", (id, episodes) =>
        episodes.with(id, (episode) => ({ task_description: episode.shown().task.instruction })),
      ),
      "GET /detail": get("id", (id, episodes) =>
        episodes.with(id, (episode) => ({ ...stepped(episode.shown()), deleted: false })),
      ),
      ...Object.fromEntries(NOT_OFFERED.map((name) => [name, refused])),
    },
  };
}

const stepped = ({ observation, reward, terminated, info }: Shown) => ({
  observation,
  reward,
  score: scoreIn(info),
  done: terminated,
});

/** The world tells its score beside every step. */
function scoreIn(info: Json | undefined): number {
  const score = (info as { readonly score?: unknown } | null | undefined)?.score;
  if (typeof score === "number") return score;
  throw new RefusedError("this world tells no score: expected ScienceWorld");
}
