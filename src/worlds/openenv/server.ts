/** What an OpenEnv server tells of itself over HTTP: its schemas, its name, and the tasks that it lists. */
import { CliError, EnvironmentError } from "../../core/errors.ts";
import { quoted } from "../../core/wording.ts";
import { answerOf, type ServerPlace } from "../served/server.ts";
import { type Fields, isFields } from "./protocol.ts";

export interface Server {
  readonly url: string;
  /** JSON schemas of its actions, observations and state. */
  readonly schemas: { readonly action: Fields; readonly observation: Fields; readonly state: Fields };
  readonly name: string;
  /** What the server says that it does; "" where it says nothing of its own. */
  readonly description: string;
  /** Empty where the server has no task API, or its world no tasks. */
  splits(): Promise<readonly string[]>;
  tasks(split: string): Promise<readonly unknown[]>;
  taskCount(split: string): Promise<number>;
  /** Those from `from` to before `to`; undefined where the server has no such route. */
  taskRange(split: string, from: number, to: number): Promise<readonly unknown[] | undefined>;
}

const MOST_BYTES = 256 * 2 ** 20;

/** Asks the server who it is. Throws CliError where it cannot be reached, or is no OpenEnv server. */
export async function serverAt(place: ServerPlace): Promise<Server> {
  const { url } = place;
  const schemas = await asked(place, "/schema");
  const { action, observation, state } = isFields(schemas) ? schemas : {};
  if (!isFields(action) || !isFields(observation))
    throw strange(url, "/schema", "the schemas of an OpenEnv server", schemas);
  const metadata = await asked(place, "/metadata");
  const { name: titled, description } = isFields(metadata) ? metadata : {};
  // openenv-core 0.3.0 has no task API.
  const listed = await asked(place, "/list_environments");
  const environment = Array.isArray(listed) && typeof listed[0] === "string" ? listed[0] : undefined;
  const name = environment ?? (typeof titled === "string" && titled !== "" ? titled : "openenv");
  const about = (route: string, body: object) => asked(place, `/${encodeURIComponent(name)}/${route}`, body);

  async function list(route: string, body: object): Promise<readonly unknown[] | undefined> {
    const answer = await about(route, body);
    if (answer === undefined) return undefined;
    const tasks = isFields(answer) ? answer.tasks : undefined;
    if (Array.isArray(tasks)) return tasks;
    throw strange(url, route, "a list of tasks", answer);
  }
  return {
    url,
    schemas: { action, observation, state: isFields(state) ? state : {} },
    // The name is the first part of every task's id, where / separates the parts.
    name: name.replaceAll("/", "-"),
    description: typeof description === "string" && description !== `${titled} environment` ? description : "",
    async splits() {
      if (environment === undefined) return [];
      const splits = await asked(place, `/${encodeURIComponent(name)}/splits`);
      if (splits === undefined) return [];
      const names = Array.isArray(splits) ? splits.map((split) => (isFields(split) ? split.name : split)) : [undefined];
      if (!names.every((found) => typeof found === "string")) throw strange(url, "splits", "a list of splits", splits);
      return names;
    },
    async tasks(split) {
      const tasks = await list("tasks", { split });
      if (tasks) return tasks;
      throw strange(url, "tasks", "a list of tasks", tasks);
    },
    async taskCount(split) {
      const answer = await about("num_tasks", { split });
      const count = isFields(answer) ? answer.num_tasks : undefined;
      if (answer === undefined) return 0;
      if (Number.isSafeInteger(count)) return count as number;
      throw strange(url, "num_tasks", "a number of tasks", answer);
    },
    taskRange: (split, start, stop) => list("task_range", { split, start, stop }),
  };
}

const strange = (url: string, route: string, expected: string, got: unknown) =>
  new CliError(`${url}: ${route}: expected ${expected}, got ${quoted(got)}`);

/** The answer to a GET, or to a POST of `body`; undefined where the server has no such thing (404, 501). Throws CliError. */
async function asked(place: ServerPlace, route: string, body?: object): Promise<unknown> {
  const { url } = place;
  const { status, text } = await answerOf(place, { route, body, mostBytes: MOST_BYTES }).catch((error: unknown) => {
    throw error instanceof EnvironmentError ? new CliError(error.message, { cause: error.cause }) : error;
  });
  if (status === 404 || status === 501) return undefined;
  if (status !== 200) throw new CliError(`${url}: ${route} answered ${status}: ${quoted(text)}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`${url}: ${route} answered something that is no JSON`, { cause: error });
  }
}
