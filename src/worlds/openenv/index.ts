/** A world behind an OpenEnv server, played over its WebSocket. */
import type { Benchmark } from "../../core/environment.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Tool } from "../../core/message.ts";
import type { Task } from "../../core/task.ts";
import { quoted } from "../../core/wording.ts";
import { writtenJson } from "../../core/written-json.ts";
import { apiKeyFrom } from "../../http/secrets.ts";
import { listedTasks } from "../listed-tasks.ts";
import { actionForm } from "./actions.ts";
import { openenvEnvironment, type Restore, type Rules, resetOf } from "./environment.ts";
import { textOf } from "./observations.ts";
import { type Fields, isFields, type Shown } from "./protocol.ts";
import { type Server, serverAt } from "./server.ts";
import { newSessions, type Session, type Sessions } from "./sessions.ts";
import { type ToldTasks, tasksOf } from "./tasks.ts";

/** Steps of an episode where neither the server nor the user says a number. */
const STEPS = 50;

/** Episodes at once, where the server has room for them. */
const SESSIONS = 8;

export interface OpenenvOptions extends ToldTasks {
  /** Without a slash at its end. */
  readonly url: string;
  /** The environment variable with the key that the server wants. */
  readonly apiKeyEnv?: string | undefined;
  readonly actionField?: string | undefined;
  readonly observationField?: string | undefined;
  readonly actionsField?: string | undefined;
  readonly instructions?: string | undefined;
  readonly maxSteps?: number | undefined;
  readonly successReturn: number;
  readonly restore?: Restore | undefined;
  /** At most so many connections. */
  readonly sessions?: number | undefined;
  /** Longest wait for one answer, in seconds. */
  readonly timeout: number;
}

/** The benchmark of a server. Throws CliError where it cannot be reached, or cannot be played as the options say. */
export async function openenvWorld(options: OpenenvOptions): Promise<Benchmark> {
  const { url, successReturn, instructions } = options;
  const connecting = { url, apiKey: apiKeyFrom(options.apiKeyEnv), timeoutMs: options.timeout * 1000 };
  const server = await serverAt(connecting);
  const isOurs = isFields(server.schemas.state.properties) && "snapshot" in server.schemas.state.properties;
  const { restore = "replay" } = options;
  if (restore === "state" && !isOurs) {
    throw new CliError(`restore: this server writes no snapshots (gleaner's own does); expected "replay" or "none"`);
  }
  const form = actionForm(server.schemas.action, options.actionField);
  const tasks = await tasksOf(server, server.name, options);
  const listed = listedTasks(tasks);
  const rules: Rules = {
    form,
    task: listed.task,
    observation: options.observationField ?? (isOurs && form.kind === "text" ? "text" : undefined),
    actions: options.actionsField ?? (isOurs ? "actions" : undefined),
  };
  const sessions = newSessions({ ...connecting, sessions: options.sessions ?? SESSIONS });
  const { tools, most } = await looked(sessions, rules, { server, task: tasks[0]!, isChecked: restore !== "none" });
  return {
    ...listed,
    name: server.name,
    maxSteps: options.maxSteps ?? (isOurs ? most : undefined) ?? STEPS,
    successReturn,
    instructions: instructions ?? [server.description, form.told].filter((line) => line !== "").join("\n"),
    ...(tools && { tools }),
    open: async () => openenvEnvironment(sessions, rules, restore),
  };
}

interface Looking {
  readonly server: Server;
  readonly task: Task;
  readonly isChecked: boolean;
}

/** A first look at the world: its tools, how long an episode is, and whether it begins alike when it is reset alike. */
async function looked(sessions: Sessions, rules: Rules, { server, task, isChecked }: Looking) {
  try {
    const session = await sessions.take();
    try {
      const tools = rules.form.kind === "calls" ? await toolsOf(session, server) : offeredBy(server);
      const data = resetOf(task, 0);
      const first = await started(session, data);
      if (isChecked)
        expectSame(
          server,
          data,
          textOf(first, rules.observation),
          textOf(await started(session, data), rules.observation),
        );
      const { max_steps: most } = first.metadata;
      return { tools, most: Number.isSafeInteger(most) && (most as number) > 0 ? (most as number) : undefined };
    } finally {
      sessions.release(session);
    }
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    throw new CliError(error.message, { cause: error });
  }
}

async function started(session: Session, data: Fields): Promise<Shown> {
  const reply = await session.ask("reset", writtenJson(data));
  if (reply.kind === "observation") return reply.shown;
  const why = reply.kind === "error" ? reply.refusal.message : "it told its state";
  throw new EnvironmentError(`a reset with ${quoted(data)} failed: ${why}`);
}

/** Openenv drops what a world's reset() does not name, a seed too, and says that all is well. */
function expectSame({ url }: Server, data: Fields, first: string, second: string): void {
  if (first === second) return;
  throw new CliError(
    [
      `${url}: two resets with ${quoted(data)} begin differently: ${quoted(first)}, then ${quoted(second)}.`,
      "OpenEnv drops what a world's reset() does not name, a seed for example, and no state could be reached again.",
      "Give it what it does use (resets), or play without going back (restore=none).",
    ].join(" "),
  );
}

/** The tools of a world that has nothing else to do. Throws EnvironmentError. */
async function toolsOf(session: Session, { url }: Server): Promise<readonly Tool[]> {
  const reply = await session.ask("step", '{"type":"list_tools"}');
  const listed = reply.kind === "observation" ? reply.shown.observation.tools : undefined;
  const tools = Array.isArray(listed) ? listed.filter(isFields).map(toolIn) : [];
  if (tools.length > 0) return tools;
  throw new EnvironmentError(`${url}: the server's actions have no fields, and it lists no tools that could be called`);
}

/** gleaner's own server lists its world's tools beside the schema of actions: a call is an action's text there. */
function offeredBy({ schemas }: Server): readonly Tool[] | undefined {
  const { available_tools: tools } = schemas.action;
  return Array.isArray(tools) ? tools.filter(isFields).map(toolIn) : undefined;
}

const toolIn = ({ name, description, input_schema, inputSchema, parameters }: Fields): Tool => ({
  name: String(name),
  description: String(description ?? ""),
  parameters: (input_schema ?? inputSchema ?? parameters ?? {}) as Json,
});
