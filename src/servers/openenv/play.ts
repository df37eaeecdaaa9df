/** One world of a session, played as OpenEnv has it: reset, step, state. One thing at a time. */
import { randomUUID } from "node:crypto";
import { openWorld } from "../../core/call-by-call.ts";
import { actionOfCall } from "../../core/calls.ts";
import { type Benchmark, stepLimitOf } from "../../core/environment.ts";
import type { TaskId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Tool } from "../../core/message.ts";
import type { Task } from "../../core/task.ts";
import { expectedOneOf } from "../../core/wording.ts";
import { writtenJson } from "../../core/written-json.ts";
import { newQueue } from "../sessions.ts";
import { ProtocolError, type ResetRequest, type StepRequest } from "./requests.ts";
import type { Seal } from "./snapshots.ts";
import { offeredTools } from "./tools.ts";

/** Where a session begins. */
export interface Setting {
  readonly benchmark: Benchmark;
  /** Whose tasks a reset chooses from that names no split. */
  readonly split: string;
  readonly seal: Seal;
}

/** What a reset or a step leads to, as OpenEnv writes it. */
export interface Shown {
  readonly observation: Readonly<Record<string, Json>>;
  readonly reward: number | null;
  readonly done: boolean;
  readonly metadata?: Readonly<Record<string, Json>>;
}

export interface Play {
  /** Throws ProtocolError, and what the world throws; then there is no episode. */
  reset(request: ResetRequest): Promise<Shown>;
  /** The same. */
  step(request: StepRequest): Promise<Shown>;
  state(): Promise<Readonly<Record<string, Json>>>;
  close(): Promise<void>;
}

interface Episode {
  readonly id: string;
  readonly task: Task;
  readonly seed: number;
  readonly steps: number;
  readonly total: number;
  readonly end: "terminated" | "truncated" | null;
}

/** A world of its own. Throws what `Benchmark.open` throws. */
export async function openPlay({ benchmark, split, seal }: Setting): Promise<Play> {
  const world = await openWorld(benchmark);
  const tools = offeredTools(benchmark);
  const inTurn = newQueue();
  let episode: Episode | undefined;

  async function begin(next: Episode, observation: () => Promise<string>): Promise<Shown> {
    episode = undefined;
    const text = await observation();
    const actions = await world.actions();
    episode = next;
    return shown(next, { text, actions }, null);
  }

  async function reset({ restore, episode_id, seed, ...choice }: ResetRequest): Promise<Shown> {
    const id = episode_id ?? randomUUID();
    if (restore !== undefined) {
      const { taskId, snapshot, ...moment } = seal.read(restore);
      const task = await benchmark.task(taskId);
      return begin({ id, task, ...moment, end: null }, () => world.restore(task, snapshot));
    }
    const task = await taskFor(choice, seed ?? 0);
    return begin({ id, task, seed: seed ?? 0, steps: 0, total: 0, end: null }, () => world.reset(task, seed ?? 0));
  }

  /** The task that is named; else the one at the index; else the one that the seed draws, which goes round and round. */
  async function taskFor({ task, split: named, index }: Omit<ResetRequest, "seed">, seed: number): Promise<Task> {
    if (task !== undefined) return benchmark.task(task as TaskId);
    const name = named ?? split;
    const tasks = await benchmark.tasks(name);
    const found = tasks[index ?? seed % tasks.length];
    if (found) return found;
    const has = tasks.length === 0 ? "has no tasks" : `has the tasks 0 to ${tasks.length - 1}`;
    throw new ProtocolError("EXECUTION_ERROR", `index ${index ?? seed}: split ${name} ${has}`);
  }

  async function act(action: string): Promise<Shown> {
    const current = live(episode);
    // A world that breaks in mid-step is in no known state: no episode until it has answered.
    episode = undefined;
    const { observation: text, reward, terminated, info } = await world.step(action);
    const steps = current.steps + 1;
    const isSpent = steps >= stepLimitOf(benchmark, current.task);
    const end = terminated ? "terminated" : isSpent ? "truncated" : null;
    const actions = end === null ? await world.actions() : [];
    episode = { ...current, steps, total: current.total + reward, end };
    return shown(episode, { text, actions }, reward, info);
  }

  function shown(
    { task, seed, steps, total, end }: Episode,
    { text, actions }: { readonly text: string; readonly actions: readonly string[] | null },
    reward: number | null,
    info?: Json,
  ): Shown {
    return {
      observation: { text, actions, instruction: task.instruction },
      reward,
      done: end !== null,
      metadata: {
        task: task.id,
        seed,
        step: steps,
        max_steps: stepLimitOf(benchmark, task),
        ...(end !== null && { end, return: total, success: total >= benchmark.successReturn }),
        ...(info !== undefined && { info }),
      },
    };
  }

  async function step(request: StepRequest): Promise<Shown> {
    if (request.kind === "action") return act(request.action);
    if (request.kind === "list") return { observation: { tools: tools.map(toolOf) }, reward: null, done: false };
    if (!tools.some(({ name }) => name === request.tool))
      throw new ProtocolError(
        "EXECUTION_ERROR",
        `tool_name: ${expectedOneOf(
          tools.map(({ name }) => name),
          request.tool,
        )}`,
      );
    const result = await act(actionOf(benchmark, request));
    const { text, ...others } = result.observation;
    return { ...result, observation: { tool_name: request.tool, result: text!, error: null, ...others } };
  }

  async function state(): Promise<Readonly<Record<string, Json>>> {
    if (!episode) return { episode_id: null, step_count: 0 };
    const { id, task, seed, steps, total, end } = episode;
    return {
      episode_id: id,
      step_count: steps,
      task: task.id,
      seed,
      return: total,
      end,
      snapshot:
        end === null ? seal.write({ taskId: task.id, seed, steps, total, snapshot: await world.snapshot() }) : null,
    };
  }

  return {
    reset: (request) => inTurn(() => reset(request)),
    step: (request) => inTurn(() => step(request)),
    state: () => inTurn(state),
    close: () => inTurn(() => world.close()),
  };
}

function live(episode: Episode | undefined): Episode {
  if (!episode) throw new ProtocolError("EXECUTION_ERROR", "no episode: reset first");
  if (episode.end === null) return episode;
  const why = episode.end === "truncated" ? ` (after ${episode.steps} steps, the limit)` : "";
  throw new ProtocolError("EXECUTION_ERROR", `the episode is over${why}: reset first`);
}

/** OpenEnv's `Tool`. */
export const toolOf = ({ name, description, parameters }: Tool): Json => ({
  name,
  description,
  input_schema: parameters,
});

/** Where a world has no tools of its own, the one that is offered takes its action as it is. */
function actionOf({ tools = [] }: Benchmark, { tool, arguments: given }: StepRequest & { kind: "call" }): string {
  if (tools.length > 0) return actionOfCall({ name: tool, arguments: writtenJson(given) });
  const { action, ...others } = given;
  const [unknown] = Object.keys(others);
  if (typeof action === "string" && unknown === undefined) return action;
  throw new ProtocolError(
    "VALIDATION_ERROR",
    unknown === undefined ? "arguments.action: expected text" : `arguments.${unknown}: no such key; expected action`,
  );
}
