/** One JVM with the simulator. The other side is java/scienceworld/Shim.java. */
import { EnvironmentError } from "../../core/errors.ts";
import { type Child, startChild } from "../child.ts";

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

/** A refusal (RefusedError) changes nothing. */
export type Jvm = Child<Greeting>;

/** The simulator is fine and says no. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Loading classes on a busy machine takes its time. */
const START_TIMEOUT_MS = 60_000;
/** The exit status of the shim, and of HotSpot, when the heap is full. */
const OUT_OF_MEMORY = 3;

export function startJvm({ java, arguments: flags, folder, heapMb, timeoutMs }: JvmOptions): Jvm {
  const outOfMemory = `the simulator ran out of memory: give it more than ${heapMb} MB (heapMb; 512 is usual, 256 the least)`;
  return startChild<Greeting>({
    ...{ what: "the simulator", program: java, arguments: flags, folder, timeoutMs },
    // Nothing else: JAVA_TOOL_OPTIONS, for one, would change flags.
    variables: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: "C.UTF-8" },
    startTimeoutMs: Math.max(START_TIMEOUT_MS, timeoutMs),
    refusal({ error, message }, request) {
      if (error === "out_of_memory") return { error: new EnvironmentError(outOfMemory), fatal: true };
      if (error !== "simulator_broke" || request === null)
        return { error: new RefusedError(String(error), String(message)) };
      return { error: new EnvironmentError(`the simulator broke over '${request.op}': ${message}`) };
    },
    notStarted: ({ code, message }) =>
      code === "ENOENT" ? `there is no Java at ${java}` : `Java cannot be started: ${message}`,
    ending: (status, errors) =>
      status === OUT_OF_MEMORY || errors.includes("OutOfMemoryError") ? outOfMemory : undefined,
  });
}
