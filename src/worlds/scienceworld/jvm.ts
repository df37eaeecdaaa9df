/**
 * One JVM with the simulator: requests and replies as JSON lines over its standard input and output, one at a time. A JVM
 * that dies or hangs rejects what is under way with the reason; what was not sent yet is rejected with GoneError, so that
 * it can be asked elsewhere. The other side is java/scienceworld/Shim.java.
 *
 * It does not keep the process alive: only a request under way does. When this process ends, its standard input closes
 * and the JVM ends too.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { EnvironmentError } from "../../core/errors.ts";

export interface JvmOptions {
  /** Path of the program. */
  readonly java: string;
  readonly arguments: readonly string[];
  /** Working directory; it must hold `object_type_ids.tsv`. */
  readonly folder: string;
  /** For messages: the limit that is among the arguments. */
  readonly heapMb: number;
  /** Longest wait for a reply; a JVM that takes longer is killed. */
  readonly timeoutMs: number;
}

/** What the JVM says of itself once it is ready. */
export interface Greeting {
  readonly java: string;
  /** Whether sets of objects have the same order in every run. */
  readonly constantHash: boolean;
  /** Why states cannot be copied; null if they can. */
  readonly noCopying: string | null;
}

export interface Request {
  readonly op: string;
  readonly [key: string]: unknown;
}

export interface Jvm {
  readonly pid: number | undefined;
  /** Resolves when the simulator can be asked. Rejects with EnvironmentError. */
  readonly ready: Promise<Greeting>;
  readonly isAlive: boolean;
  /**
   * Throws RefusedError (nothing changed), GoneError (not sent), or EnvironmentError (it died over this). `patience`: how
   * many times the usual time this may take.
   */
  ask<Reply>(request: Request, patience?: number): Promise<Reply>;
  /** Ends the JVM and waits until it has ended; after `patienceMs` (default 2 s) it is killed. */
  close(patienceMs?: number): Promise<void>;
}

/** The simulator is fine and says no. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The JVM was dead before the request could be sent. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}

interface Job {
  readonly request: Request;
  readonly patience: number;
  readonly answer: PromiseWithResolvers<never>;
}

/** Loading classes on a busy machine takes its time. */
const START_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** The exit status of the shim, and of HotSpot, when the heap is full. */
const OUT_OF_MEMORY = 3;
const SIMULATOR_BROKE = "simulator_broke";

export function startJvm(options: JvmOptions): Jvm {
  const child = spawn(options.java, options.arguments, {
    cwd: options.folder,
    stdio: ["pipe", "pipe", "pipe"],
    // Nothing else: JAVA_TOOL_OPTIONS, for one, would change flags.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: "C.UTF-8" },
    // What a terminal sends concerns us alone: under nohup the JVM must not end. It ends with its input.
    detached: true,
  });
  const greeting = Promise.withResolvers<Greeting>();
  greeting.promise.catch(() => {});
  const ended = Promise.withResolvers<void>();
  const queue: Job[] = [];
  let isReady = false;
  let underWay: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  let death: string | undefined;
  let errors = "";
  let lastId = 0;

  function die(reason: string): void {
    if (death !== undefined) return;
    death = reason;
    clearTimeout(timer);
    greeting.reject(new EnvironmentError(reason));
    underWay?.answer.reject(new EnvironmentError(reason));
    for (const job of queue.splice(0)) job.answer.reject(new GoneError(reason));
    underWay = undefined;
    child.kill("SIGKILL");
    letProcessEnd(child, true);
  }

  function watch(what: string, timeoutMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(
      () => die(`the simulator gave no answer to '${what}' within ${timeoutMs} ms and was stopped`),
      timeoutMs,
    );
  }

  function sendNext(): void {
    underWay = queue.shift();
    letProcessEnd(child, underWay === undefined);
    if (!underWay) return;
    watch(underWay.request.op, options.timeoutMs * underWay.patience);
    child.stdin.write(`${JSON.stringify({ id: ++lastId, ...underWay.request })}\n`);
  }

  function receive(line: string): void {
    const reply = parsed(line);
    if (reply?.id === 0) {
      clearTimeout(timer);
      if (reply.error) {
        die(reply.message);
        return;
      }
      isReady = true;
      greeting.resolve(reply as unknown as Greeting);
      sendNext();
      return;
    }
    if (!underWay || reply?.id !== lastId) return;
    clearTimeout(timer);
    const { answer, request } = underWay;
    if (reply.error === "out_of_memory") {
      die(outOfMemory(options.heapMb));
      return;
    }
    if (!reply.error) answer.resolve(reply as never);
    else if (reply.error !== SIMULATOR_BROKE) answer.reject(new RefusedError(reply.error, reply.message));
    else answer.reject(new EnvironmentError(`the simulator broke over '${request.op}': ${reply.message}`));
    sendNext();
  }

  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(receive);
  });
  // A JVM that is gone shows at `close`; without a listener a failed write would end this process.
  child.stdin.on("error", () => {});
  child.on("error", (error: NodeJS.ErrnoException) => {
    die(error.code === "ENOENT" ? `there is no Java at ${options.java}` : `Java cannot be started: ${error.message}`);
    ended.resolve();
  });
  child.on("close", (status, signal) => {
    const isFull = status === OUT_OF_MEMORY || errors.includes("OutOfMemoryError");
    die(isFull ? outOfMemory(options.heapMb) : ending(status, signal, errors));
    ended.resolve();
  });
  watch("start", Math.max(START_TIMEOUT_MS, options.timeoutMs));

  return {
    pid: child.pid,
    ready: greeting.promise,
    get isAlive() {
      return death === undefined;
    },
    async ask(request, patience = 1) {
      if (death !== undefined) throw new GoneError(death);
      const answer = Promise.withResolvers<never>();
      queue.push({ request, patience, answer });
      if (isReady && !underWay) sendNext();
      return answer.promise;
    },
    async close(patienceMs = CLOSE_TIMEOUT_MS) {
      child.stdin.end();
      const impatience = setTimeout(() => {
        die("closed");
        // This process must not end before the JVM has.
        letProcessEnd(child, false);
      }, patienceMs);
      letProcessEnd(child, false);
      await ended.promise;
      clearTimeout(impatience);
    },
  };
}

/** Whether this process may end although the JVM is alive. */
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

interface Reply {
  readonly id: number;
  readonly error?: string;
  readonly message: string;
}

/** Anything that is no reply is not for us: a JVM may print warnings. */
function parsed(line: string): Reply | undefined {
  try {
    return JSON.parse(line) as Reply;
  } catch {
    return undefined;
  }
}

const outOfMemory = (heapMb: number) =>
  `the simulator ran out of memory: give it more than ${heapMb} MB (heapMb; 512 is usual, 256 the least)`;

function ending(status: number | null, signal: string | null, errors: string): string {
  const how = signal ? `was killed (${signal})` : `ended with status ${status}`;
  const last = errors.trim().split("\n").slice(-3).join(" | ");
  return `the simulator's process ${how}${last && `: ${last}`}`;
}
