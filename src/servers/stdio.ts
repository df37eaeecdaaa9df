/**
 * A benchmark offered to programs in any language: JSON lines over two streams, one reply for each request, in order.
 * docs/stdio-protocol.md is the reference. One episode at a time; a client that wants several starts several servers.
 */
import { z } from "zod";
import { openWorld } from "../core/call-by-call.ts";
import { type Benchmark, type Environment, type Snapshot, stepLimitOf } from "../core/environment.ts";
import { CliError, EnvironmentError, messageOf } from "../core/errors.ts";
import type { TaskId } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { Tool } from "../core/message.ts";
import { printableJson } from "../core/printable.ts";
import type { Task } from "../core/task.ts";
import { linesOf } from "./lines.ts";

export interface StdioOptions {
  readonly benchmark: Benchmark;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Longest request, without its newline. */
const MAX_LINE_BYTES = 8 * 2 ** 20;
/** Older snapshots are forgotten, so that a long search cannot fill the memory. */
const MAX_SNAPSHOTS = 10_000;
/** Messages may quote a request, and requests can be long. */
const MAX_MESSAGE_LENGTH = 2_000;

const requestSchema = z.discriminatedUnion("op", [
  z.object({ op: z.literal("describe") }),
  z.object({ op: z.literal("tasks"), split: z.string() }),
  z.object({ op: z.literal("reset"), task: z.string(), seed: z.number().int().default(0) }),
  z.object({ op: z.literal("step"), action: z.string() }),
  z.object({ op: z.literal("snapshot") }),
  z.object({ op: z.literal("restore"), snapshot: z.string() }),
  z.object({ op: z.literal("close") }),
]);
type Request = z.infer<typeof requestSchema>;

/** The request cannot be answered as it is: `request` = not understood, `state` = not now. */
class RefusedError extends Error {
  readonly kind: "request" | "state";
  constructor(kind: RefusedError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Answers requests until `close`, the end of the input, or a client that no longer reads. Wrong requests get an error reply. */
export async function serveStdio({ benchmark, input, output }: StdioOptions): Promise<void> {
  const session = newSession(benchmark);
  // A client that went away shows as a failed write below; without a listener the event would end the process.
  output.on("error", () => {});
  try {
    for await (const line of linesOf(input, MAX_LINE_BYTES)) {
      if (line === "") continue;
      const reply = await replyTo(line, session);
      const isWritten = await written(output, `${printableJson(JSON.stringify(reply))}\n`);
      if (!isWritten || reply.closed) return;
    }
  } finally {
    await session.close();
  }
}

type Reply = Readonly<Record<string, Json>>;

const toolRow = ({ name, description, parameters }: Tool): Json => ({ name, description, parameters });

async function replyTo(line: string | null, session: Session): Promise<Reply> {
  try {
    return await session.answer(requestIn(line));
  } catch (error) {
    return { error: { kind: kindOf(error), message: messageOf(error).slice(0, MAX_MESSAGE_LENGTH) } };
  }
}

function kindOf(error: unknown): string {
  if (error instanceof RefusedError) return error.kind;
  if (error instanceof CliError) return "task";
  return error instanceof EnvironmentError ? "environment" : "internal";
}

function requestIn(line: string | null): Request {
  if (line === null) throw new RefusedError("request", `the line is longer than ${MAX_LINE_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new RefusedError("request", `not JSON: ${messageOf(error)}`);
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new RefusedError("request", path.length > 0 ? `${path.join(".")}: ${message}` : message);
}

/** Resolves when the text has left; false if nobody takes it any more. */
function written(output: NodeJS.WritableStream, text: string): Promise<boolean> {
  return new Promise((resolve) => output.write(text, (error) => resolve(!error)));
}

interface Session {
  answer(request: Request): Promise<Reply>;
  close(): Promise<void>;
}

function newSession(benchmark: Benchmark): Session {
  let environment: Environment | undefined;
  let episode: { readonly task: Task; isOver: boolean } | undefined;
  const snapshots = new Map<string, { readonly task: Task; readonly snapshot: Snapshot }>();
  let snapshotsTaken = 0;

  /** The running episode and its world. */
  function live() {
    if (!environment || !episode) throw new RefusedError("state", "no episode: reset first");
    if (episode.isOver) throw new RefusedError("state", "the episode is over: reset or restore first");
    return { environment, episode };
  }

  /** Starts an episode; if that fails there is none. */
  async function begin(task: Task, start: (environment: Environment) => Promise<string>): Promise<Reply> {
    episode = undefined;
    environment ??= await openWorld(benchmark);
    const observation = await start(environment);
    const actions = await environment.actions();
    episode = { task, isOver: false };
    return { observation, actions, instruction: task.instruction, maxSteps: stepLimitOf(benchmark, task) };
  }

  async function step(action: string): Promise<Reply> {
    const { environment, episode: current } = live();
    // A world that breaks in mid-step is in no known state: no episode until it has answered.
    episode = undefined;
    const { observation, reward, terminated, info = null } = await environment.step(action);
    const actions = terminated ? [] : await environment.actions();
    episode = { ...current, isOver: terminated };
    return { observation, reward, terminated, actions, info };
  }

  async function snapshot(): Promise<Reply> {
    const { environment, episode } = live();
    const id = `s${++snapshotsTaken}`;
    snapshots.set(id, { task: episode.task, snapshot: await environment.snapshot() });
    const oldest = snapshots.keys().next().value;
    if (snapshots.size > MAX_SNAPSHOTS && oldest !== undefined) snapshots.delete(oldest);
    return { snapshot: id };
  }

  async function restore(id: string): Promise<Reply> {
    const kept = snapshots.get(id);
    if (!kept) throw new RefusedError("state", `unknown snapshot ${JSON.stringify(id.slice(0, 40))}`);
    return begin(kept.task, (world) => world.restore(kept.task, kept.snapshot));
  }

  return {
    async answer(request) {
      switch (request.op) {
        case "describe": {
          const { name, splits, maxSteps, successReturn, instructions, tools = [] } = benchmark;
          return { name, splits, maxSteps, successReturn, instructions, tools: tools.map(toolRow) };
        }
        case "tasks":
          return { tasks: (await benchmark.tasks(request.split)).map((task) => task.id) };
        case "reset": {
          const task = await benchmark.task(request.task as TaskId);
          return begin(task, (world) => world.reset(task, request.seed));
        }
        case "step":
          return step(request.action);
        case "snapshot":
          return snapshot();
        case "restore":
          return restore(request.snapshot);
        case "close":
          return { closed: true };
      }
    },
    async close() {
      await environment?.close();
    },
  };
}
