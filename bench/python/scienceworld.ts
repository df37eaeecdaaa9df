/** ScienceWorld's official Python wrapper as a child process, for tests and benchmarks that compare with it. */
import { startPython, virtualEnvironment } from "./environment.ts";

const PACKAGES = ["scienceworld==1.2.3", "py4j==0.10.9.9"];
/** The wrapper cannot pass flags to its JVM, but every JVM reads this variable. */
const SAME_FLAGS = "-XX:+UnlockExperimentalVMOptions -XX:hashCode=2";

/** What the wrapper returns, as it names it; `ms` is the time it took. */
export interface WrapperAnswer {
  readonly observation: string;
  readonly score: number;
  readonly moves: number;
  readonly look: string;
  readonly inv: string;
  readonly taskDesc: string;
  readonly valid: readonly string[];
  /** Absent after a reset. */
  readonly done?: boolean;
  readonly reward: number;
  readonly history?: unknown;
  readonly ms: number;
}

export interface Wrapper {
  /** `listing` off: without the list of valid actions that it makes at every step; see scienceworld.py. */
  load(task: string, variation: number, simplifications: string, listing: boolean): Promise<WrapperAnswer>;
  step(action: string): Promise<WrapperAnswer>;
  list(): Promise<readonly string[]>;
  /** What it writes into logs, from the last load on. */
  history(): Promise<unknown>;
  close(): void;
}

/** Path of a Python that has the wrapper. Rejects with the reason where it cannot be had. */
export const installWrapper = (): Promise<string> => virtualEnvironment("python-scienceworld-1.2.3", PACKAGES);

/** Starts the wrapper and its JVM. Its calls reject when the process ends. */
export function startWrapper(python: string): Wrapper {
  const { ask, close } = startPython<WrapperAnswer>(python, "scienceworld.py", { JAVA_TOOL_OPTIONS: SAME_FLAGS });
  return {
    load: (task, variation, simplifications, listing) => ask({ load: [task, variation, simplifications], listing }),
    step: (action) => ask({ step: action }),
    list: async () => (await ask({ list: true })).valid,
    history: async () => (await ask({ history: true })).history,
    close,
  };
}
