/**
 * AgentGym's ALFWorld server. Its quirks: errors are answers with status 200 and a member `error`, `game` is an index into two
 * lists of games, the welcome and "You arrive at loc 4. " are taken off observations. Source: WooooDyy/AgentGym at 3ef9235,
 * agentenv-alfworld/agentenv_alfworld/server.py, env_wrapper.py and utils.py. It has no `/close`, although its client calls
 * it; here there is one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Benchmark } from "../../core/environment.ts";
import { CliError, messageOf } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { checked, problemText } from "../../core/problems.ts";
import { type Dialect, get, NUMBERED, number, post } from "./dialect.ts";
import { type Episode, RefusedError, type Shown } from "./episodes.ts";

/** The lists, one behind the other, and the split that each is of. */
const LISTS = [
  ["mappings_train.json", "train"],
  ["mappings_test.json", "valid_train"],
] as const;

const listSchema = z.array(z.object({ task_type: z.string(), task_id: z.string() }));

/** What the server adds to what the world shows. */
interface Detail {
  readonly world_type: string;
  readonly game: number;
}

/** `mappings`: the folder with AgentGym's lists of games. Throws CliError for what is not there or is no list. */
export function alfworldDialect(benchmark: Benchmark, mappings: string | undefined): Dialect {
  const games = mappings === undefined ? undefined : gamesIn(mappings);
  const details = new WeakMap<Episode, Detail>();

  function gameAt(index: number): TaskId {
    if (!games)
      throw new RefusedError(
        "game: its index is into AgentGym's lists of games: start the server with --mappings DIR, the folder agentenv-alfworld/configs of its repository",
      );
    const game = games[index];
    if (game === undefined) throw new RefusedError(`game: expected 0 to ${games.length - 1}, got ${index}`);
    return game;
  }

  const reset = z.strictObject({ id: number, game: z.int(), world_type: z.string() });
  return {
    ...NUMBERED,
    routes: {
      ...NUMBERED.routes,
      "GET /": async () => "This is environment AlfWorld.",
      "POST /reset": post(reset, ({ id, game, world_type }, episodes) =>
        episodes.with(id, async (episode) => {
          checkWorldType(world_type);
          const task = await benchmark.task(gameAt(game));
          const { observation, actions } = await episode.reset(task);
          details.set(episode, { world_type, game });
          const [, , type, trial] = task.id.split("/");
          return {
            id,
            observation: withoutWelcome(observation),
            available_actions: actions,
            task_type: `${type}/${trial}`,
          };
        }),
      ),
      "POST /step": post(z.strictObject({ id: number, action: z.string() }), ({ id, action }, episodes) =>
        episodes.with(id, async (episode) => stepped(await episode.step(action))),
      ),
      "GET /available_actions": get("id", (id, episodes) => episodes.with(id, (episode) => episode.shown().actions)),
      "GET /observation": get("id", (id, episodes) => episodes.with(id, (episode) => observationOf(episode.shown()))),
      "GET /detail": get("id", (id, episodes) =>
        episodes.with(id, (episode) => {
          const shown = episode.shown();
          const { world_type, game } = details.get(episode)!;
          return { world_type, game, ...stepped(shown), observation: observationOf(shown), deleted: false };
        }),
      ),
    },
  };
}

/** The original takes all three names and plays Text whatever is said. */
function checkWorldType(type: string): void {
  if (type === "Text") return;
  if (type === "Embody" || type === "Hybrid")
    throw new RefusedError(`world_type: there is only Text; ${type} is taken by the original, which plays Text then`);
  throw new RefusedError('world_type must be one of "Text", "Embody" and "Hybrid"');
}

const stepped = ({ observation, reward, actions, terminated }: Shown) => ({
  observation: withoutArrival(observation),
  reward,
  available_actions: actions,
  done: terminated,
});

const observationOf = ({ observation }: Shown) => withoutArrival(withoutWelcome(observation));

const WELCOME = "-= Welcome to TextWorld, ALFRED! =-\n\n";

/** What is behind the first gap, and gaps closed. */
const withoutWelcome = (observation: string) =>
  observation.startsWith(WELCOME) ? observation.slice(WELCOME.length).replaceAll("\n\n", "\n") : observation;

const ARRIVAL = "You arrive at loc ";

/** Releases of ALFWorld from 0.4 on say the place by its name, and keep it. */
const withoutArrival = (observation: string) =>
  observation.startsWith(ARRIVAL) ? observation.slice(observation.indexOf(". ") + 2) : observation;

function gamesIn(folder: string): readonly TaskId[] {
  return LISTS.flatMap(([name, split]) => {
    const file = join(folder, name);
    const list = checked(listSchema, listIn(file));
    if (list.kind === "refused") throw new CliError(`--mappings: ${file}: ${problemText(list.problems[0]!)}`);
    return list.data.map(({ task_type, task_id }) => `alfworld/${split}/${task_type}/${task_id}` as TaskId);
  });
}

function listIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CliError(`--mappings: ${file}: expected AgentGym's list of games: ${messageOf(error)}`);
  }
}
