/**
 * A simulator in a process of its own: requests and replies as JSON lines over its standard input and output, in order. A
 * child that dies or hangs rejects what is under way with the reason; what was not sent yet is rejected with GoneError, so that
 * it can be asked elsewhere.
 *
 * It does not keep this process alive: only a request under way does. When this process ends, the child's standard input
 * closes and it ends too.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { EnvironmentError } from "../core/errors.ts";

export interface ChildOptions {
  /** In messages: `the simulator`. */
  readonly what: string;
  /** Path or name of the program. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** Working directory; absent: this process's. */
  readonly folder?: string;
  readonly variables: NodeJS.ProcessEnv;
  /** Longest wait for a reply; a child that takes longer is killed. */
  readonly timeoutMs: number;
  /** Requests that may be sent before the first of them is answered. Default 1. */
  readonly atOnce?: number;
  /** What it is told before its input is closed, so that it can tell this from a parent that was killed. */
  readonly farewell?: string;
  /** Longest wait for the first line. */
  readonly startTimeoutMs: number;
  /** What a reply with `error` means. A `fatal` one ends the child. */
  refusal(reply: Reply, request: Request | null): { readonly error: Error; readonly fatal?: boolean };
  /** Why the program cannot be started, from the system's word. */
  notStarted(error: NodeJS.ErrnoException): string;
  /** Why it ended, where the process says more than its status does. `errors`: the end of its standard error. */
  ending?(status: number | null, errors: string): string | undefined;
}

export interface Request {
  readonly op: string;
  readonly [key: string]: unknown;
}

export interface Reply {
  /** Of the request; 0 for the line with which a child says that it is ready. */
  readonly id: number;
  readonly error?: unknown;
  readonly [key: string]: unknown;
}

export interface Child<Greeting> {
  readonly pid: number | undefined;
  /** Resolves when it can be asked. Rejects with EnvironmentError. */
  readonly ready: Promise<Greeting>;
  readonly isAlive: boolean;
  /** Throws what `refusal` made, GoneError (not sent), or EnvironmentError (it died over this). `patience`: how many times the usual time this may take. */
  ask<Answer>(request: Request, patience?: number): Promise<Answer>;
  /** Ends it and waits until it has ended; after `patienceMs` (default 2 s) it is killed. */
  close(patienceMs?: number): Promise<void>;
}

/** The child was dead before the request could be sent. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}

interface Job {
  readonly id: number;
  readonly request: Request;
  readonly patience: number;
  readonly answer: PromiseWithResolvers<never>;
}

const CLOSE_TIMEOUT_MS = 2_000;
/** Longest wait for last words, where a process that left the child's group holds the pipes. */
const DRAIN_MS = 1_000;
/** Of standard error; what is said last is shown. */
const ERRORS_KEPT = 4_000;
/** In UTF-16 code units. A child that writes on without a line end would fill the memory. */
const LONGEST_LINE = 64 * 2 ** 20;

export function startChild<Greeting>(options: ChildOptions): Child<Greeting> {
  const child = spawn(options.program, options.arguments, {
    ...(options.folder !== undefined && { cwd: options.folder }),
    stdio: ["pipe", "pipe", "pipe"],
    env: options.variables,
    // What a terminal sends concerns us alone: under nohup the child must not end. It ends with its input.
    detached: true,
  });
  const greeting = Promise.withResolvers<Greeting>();
  greeting.promise.catch(() => {});
  const ended = Promise.withResolvers<void>();
  const { atOnce = 1 } = options;
  const queue: Job[] = [];
  const underWay: Job[] = [];
  let isReady = false;
  /** What is written as soon as nobody has more to ask. */
  let outgoing = "";
  let watched: { readonly timer: NodeJS.Timeout; readonly ms: number } | undefined;
  let death: string | undefined;
  let errors = "";
  let lastId = 0;

  function die(reason: string): void {
    if (death !== undefined) return;
    death = reason;
    clearTimeout(watched?.timer);
    greeting.reject(new EnvironmentError(reason));
    for (const job of underWay.splice(0)) job.answer.reject(new EnvironmentError(reason));
    for (const job of queue.splice(0)) job.answer.reject(new GoneError(reason));
    killGroup(child);
    letProcessEnd(child, true);
  }

  /** From now on. A timer that runs on while nothing is asked does nothing: to make one for each request takes longer. */
  function watch(ms: number): void {
    if (watched?.ms === ms) {
      watched.timer.refresh();
      return;
    }
    clearTimeout(watched?.timer);
    const late = () => {
      if (isReady && underWay.length === 0) return;
      const asked = underWay[0]?.request.op ?? "start";
      die(`${options.what} gave no answer to '${asked}' within ${ms} ms and was stopped`);
    };
    watched = { timer: setTimeout(late, ms).unref(), ms };
  }

  /** After an answer, or when there is something to ask. */
  function sendNext(): void {
    const wasIdle = underWay.length === 0;
    while (underWay.length < atOnce && queue.length > 0) {
      const job = queue.shift()!;
      underWay.push(job);
      if (outgoing === "") process.nextTick(write);
      outgoing += `${JSON.stringify({ id: job.id, ...job.request })}\n`;
    }
    if (wasIdle && underWay.length > 0) watchFirst();
    letProcessEnd(child, underWay.length === 0);
  }

  function write(): void {
    if (death === undefined) child.stdin.write(outgoing);
    outgoing = "";
  }

  /** The first request under way is being worked on. */
  function watchFirst(): void {
    watch(options.timeoutMs * underWay[0]!.patience);
  }

  function greet(reply: Reply): void {
    if (reply.error !== undefined) {
      die(options.refusal(reply, null).error.message);
      return;
    }
    isReady = true;
    greeting.resolve(reply as unknown as Greeting);
    sendNext();
  }

  function receive(line: string): void {
    const reply = parsed(line);
    if (reply?.id === 0) {
      if (!isReady) greet(reply);
      return;
    }
    if (underWay.length === 0 || reply?.id !== underWay[0]!.id) return;
    const { answer, request } = underWay[0]!;
    const refused = reply.error === undefined ? undefined : options.refusal(reply, request);
    if (refused?.fatal) {
      die(refused.error.message);
      return;
    }
    underWay.shift();
    if (refused) answer.reject(refused.error);
    else answer.resolve(reply as never);
    if (underWay.length > 0) watchFirst();
    sendNext();
  }

  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-ERRORS_KEPT);
  });
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    // A long line comes in many pieces, and is put together once.
    const [first, ...others] = text.split("\n");
    rest += first;
    for (const other of others) {
      receive(rest);
      rest = other;
    }
    if (rest.length > LONGEST_LINE) {
      rest = "";
      die(`${options.what} wrote a line of more than ${LONGEST_LINE / 2 ** 20} million characters and was stopped`);
    }
  });
  // A child that is gone shows at `close`; without a listener a failed write would end this process.
  child.stdin.on("error", () => {});
  child.on("error", (error: NodeJS.ErrnoException) => {
    die(options.notStarted(error));
    ended.resolve();
  });
  // What it started itself goes with it: it would hold the pipes open, and nobody would hear that the child is gone.
  child.on("exit", () => {
    killGroup(child);
    setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, DRAIN_MS).unref();
  });
  child.on("close", (status, signal) => {
    die(options.ending?.(status, errors) ?? endingOf(options.what, { status, signal, errors }));
    ended.resolve();
  });
  watch(options.startTimeoutMs);

  return {
    pid: child.pid,
    ready: greeting.promise,
    get isAlive() {
      return death === undefined;
    },
    async ask(request, patience = 1) {
      if (death !== undefined) throw new GoneError(death);
      const answer = Promise.withResolvers<never>();
      queue.push({ id: ++lastId, request, patience, answer });
      if (isReady) sendNext();
      return answer.promise;
    },
    async close(patienceMs = CLOSE_TIMEOUT_MS) {
      child.stdin.end(options.farewell);
      const impatience = setTimeout(() => {
        die("closed");
        // This process must not end before the child has.
        letProcessEnd(child, false);
      }, patienceMs);
      letProcessEnd(child, false);
      await ended.promise;
      clearTimeout(impatience);
    },
  };
}

/** The child is the first of a group of its own: with it ends whatever it started. */
function killGroup(child: ChildProcessByStdio<Writable, Readable, Readable>): void {
  child.kill("SIGKILL");
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

/** Whether this process may end although the child is alive. */
function letProcessEnd(child: ChildProcessByStdio<Writable, Readable, Readable>, may: boolean): void {
  // At run time the three are sockets, which can be taken off the event loop.
  const handles = [child, child.stdin, child.stdout, child.stderr] as unknown as readonly {
    ref(): void;
    unref(): void;
  }[];
  for (const handle of handles) {
    if (may) handle.unref();
    else handle.ref();
  }
}

/** Anything that is no reply is not for us: a child may print warnings. */
function parsed(line: string): Reply | undefined {
  try {
    return JSON.parse(line) as Reply;
  } catch {
    return undefined;
  }
}

interface End {
  readonly status: number | null;
  readonly signal: string | null;
  readonly errors: string;
}

function endingOf(what: string, { status, signal, errors }: End): string {
  const how = signal ? `was killed (${signal})` : `ended with status ${status}`;
  const last = errors.trim().split("\n").slice(-3).join(" | ");
  return `${what}'s process ${how}${last && `: ${last}`}`;
}
