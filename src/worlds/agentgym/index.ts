/** A world behind one of AgentGym's HTTP servers. */
import type { Benchmark } from "../../core/environment.ts";
import { CliError } from "../../core/errors.ts";
import { newTask } from "../../core/task.ts";
import { apiKeyFrom } from "../../http/secrets.ts";
import { listedTasks } from "../listed-tasks.ts";
import { agentgymEnvironment } from "./environment.ts";
import { KINDS, type Kind, type Range } from "./kinds.ts";
import { newSessions } from "./sessions.ts";

export interface AgentgymOptions {
  readonly world: keyof typeof KINDS;
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKeyEnv?: string | undefined;
  /** By split: the data indices that are tasks. */
  readonly tasks?: Readonly<Record<string, Range>> | undefined;
  readonly maxSteps?: number | undefined;
  readonly successReturn?: number | undefined;
  readonly sessions?: number | undefined;
  /** Longest wait for one answer, in seconds. */
  readonly timeout: number;
}

/** The benchmark. Nothing is asked of the server before a world is opened. Throws CliError. */
export function agentgymWorld(options: AgentgymOptions): Benchmark {
  const { world, url } = options;
  const kind: Kind = KINDS[world];
  const ranges = options.tasks ?? kind.tasks;
  if (!ranges) {
    const example = `tasks={"train":[0,100],"test":[100,120]}`;
    throw new CliError(
      `tasks: which indices ${world} has is decided by the data of its server; say the tasks: --option '${example}'`,
    );
  }
  const name = `agentgym-${world}`;
  const tasks = Object.entries(ranges).flatMap(([split, [from, to]]) =>
    Array.from({ length: to - from }, (_, at) => taskAt(name, split, from + at)),
  );
  const connecting = { url, apiKey: apiKeyFrom(options.apiKeyEnv), timeoutMs: options.timeout * 1000 };
  const sessions = newSessions(kind, { ...connecting, sessions: options.sessions ?? kind.sessions });
  return {
    ...listedTasks(tasks),
    name,
    maxSteps: options.maxSteps ?? kind.maxSteps,
    successReturn: options.successReturn ?? kind.successReturn,
    instructions: kind.instructions,
    ...(kind.notes && { notes: kind.notes }),
    open: async () => agentgymEnvironment(kind, sessions),
  };
}

/** The goal stands in the first observation. */
const taskAt = (benchmark: string, split: string, index: number) =>
  newTask({
    ...{ benchmark, split, key: String(index), category: "all", data: index },
    instruction: "Do what the first observation asks for.",
  });
