/** What an OpenEnv server tells of itself over HTTP: its schemas, its name, and the tasks that it lists. */
import { CliError } from "../../core/errors.ts";
import { quoted } from "../../core/wording.ts";
import { ask } from "../../http/ask.ts";
import { HttpError } from "../../http/errors.ts";
import { redactor } from "../../http/secrets.ts";
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

export interface ServerOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
}

const MOST_BYTES = 256 * 2 ** 20;

/** Asks the server who it is. Throws CliError where it cannot be reached, or is no OpenEnv server. */
export async function serverAt(options: ServerOptions): Promise<Server> {
  const { url } = options;
  const schemas = await asked(options, "/schema");
  const { action, observation, state } = isFields(schemas) ? schemas : {};
  if (!isFields(action) || !isFields(observation))
    throw strange(url, "/schema", "the schemas of an OpenEnv server", schemas);
  const metadata = await asked(options, "/metadata");
  const { name: titled, description } = isFields(metadata) ? metadata : {};
  // openenv-core 0.3.0 has no task API.
  const listed = await asked(options, "/list_environments");
  const environment = Array.isArray(listed) && typeof listed[0] === "string" ? listed[0] : undefined;
  const name = environment ?? (typeof titled === "string" && titled !== "" ? titled : "openenv");
  const about = (route: string, body: object) => asked(options, `/${encodeURIComponent(name)}/${route}`, body);

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
      const splits = await asked(options, `/${encodeURIComponent(name)}/splits`);
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

/** The answer to a GET, or to a POST of `body`; undefined where the server has no such thing (404, 501). */
async function asked({ url, apiKey, timeoutMs }: ServerOptions, route: string, body?: object): Promise<unknown> {
  const headers = new Headers({ accept: "application/json" });
  if (apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
  if (body) headers.set("content-type", "application/json");
  const signal = AbortSignal.timeout(timeoutMs);
  const sent = body ? { method: "POST" as const, body: JSON.stringify(body) } : { method: "GET" as const };
  try {
    const rules = { redactor: redactor(apiKey), mostBytes: MOST_BYTES };
    const { status, text } = await ask({ url: `${url}${route}`, headers, signal, ...sent }, rules);
    if (status === 404 || status === 501) return undefined;
    if (status !== 200) throw new CliError(`${url}: ${route} answered ${status}: ${quoted(text)}`);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof HttpError) {
      const hint = error.reason === "unreachable" ? "; is the server running?" : "";
      throw new CliError(`${url}: ${error.message}${hint}`, { cause: error });
    }
    if (signal.aborted)
      throw new CliError(`${url}: no answer to ${route} within ${timeoutMs / 1000} s`, { cause: error });
    if (error instanceof SyntaxError)
      throw new CliError(`${url}: ${route} answered something that is no JSON`, { cause: error });
    throw error;
  }
}
