/**
 * The JVMs of a process, and where episodes and saved states live among them. No episode owns a JVM: a JVM holds any number
 * of states side by side, and each request names one, so however many episodes are open, none waits for another to end.
 * JVMs are started as episodes are, up to `processes`; one that died is replaced when an episode next needs a place.
 */
import { EnvironmentError } from "../../core/errors.ts";
import { GoneError, type Request } from "../child.ts";
import { type Jvm, RefusedError } from "./jvm.ts";

export interface PoolOptions {
  readonly start: () => Jvm;
  /** JVMs at most. */
  readonly processes: number;
  /** Saved states kept in each JVM, about 0.35 MB each; beyond that the ones used longest ago are forgotten. */
  readonly states: number;
  /** Told once if states cannot be saved here, and why. */
  readonly onNotice: (text: string) => void;
}

/** A JVM and what lives in it. */
export interface Host {
  readonly jvm: Jvm;
  /** Episodes that are being played in it. */
  episodes: number;
  /** Keys of saved states, the one used longest ago first. */
  readonly saved: Set<string>;
}

export interface Pool {
  /** The host with the fewest episodes, started if need be. Throws EnvironmentError if none can be. */
  host(): Promise<Host>;
  /** The live host that saved this state. */
  hostOf(key: string): Host | undefined;
  /** Saves the state that `name` is in as `key`. Does nothing where states cannot be saved: it will be replayed. */
  save(host: Host, name: string, key: string): Promise<void>;
  /** What a JVM found out about copying states when it first loaded a task: why it cannot, or null. */
  note(noCopying: string | null): void;
  /** Asks any JVM something that concerns no episode; another one if it dies meanwhile. Throws EnvironmentError. */
  ask<Reply>(request: Request, patience?: number): Promise<Reply>;
  /** A name for an episode's state, unique in this pool. */
  newName(): string;
  readonly hosts: readonly Host[];
  close(): Promise<void>;
}

/** Times that something is asked of another JVM because one died. */
export const ATTEMPTS = 3;

export function newPool(options: PoolOptions): Pool {
  let hosts: Host[] = [];
  let names = 0;
  let noCopying: string | null = null;

  function live(): Host[] {
    hosts = hosts.filter(({ jvm }) => jvm.isAlive);
    return hosts;
  }

  function note(reason: string | null): void {
    if (reason === null || noCopying !== null) return;
    noCopying = reason;
    options.onNotice(
      `ScienceWorld: states cannot be saved (${reason}), so they are reached by replay; play at most ${options.processes} episodes at once`,
    );
  }

  async function host(): Promise<Host> {
    const isFull = live().length >= options.processes;
    const isBusy = hosts.every(({ episodes }) => episodes > 0);
    if (!isFull && isBusy) hosts.push({ jvm: options.start(), episodes: 0, saved: new Set() });
    const [chosen] = [...hosts].sort((a, b) => a.episodes - b.episodes || a.saved.size - b.saved.size);
    // Taken before it is ready: others who ask meanwhile must see it.
    chosen!.episodes++;
    try {
      const greeting = await chosen!.jvm.ready;
      if (!greeting.constantHash) throw new EnvironmentError(notDeterministic(greeting.java));
      note(greeting.noCopying);
    } catch (error) {
      chosen!.episodes--;
      throw error;
    }
    return chosen!;
  }

  return {
    host,
    hostOf: (key) => live().find(({ saved }) => saved.has(key)),
    async save({ jvm, saved }, name, key) {
      if (noCopying !== null) return;
      const isSaved = saved.delete(key);
      saved.add(key);
      if (isSaved) return;
      try {
        const oldest = saved.size > options.states ? saved.keys().next().value! : undefined;
        if (oldest !== undefined) {
          saved.delete(oldest);
          await jvm.ask({ op: "drop", states: [oldest] });
        }
        await jvm.ask({ op: "copy", from: name, to: key });
      } catch (error) {
        // A state that is not saved is replayed, so whatever went wrong costs only time.
        saved.delete(key);
        if (error instanceof RefusedError && error.code === "no_copying") note(error.message);
      }
    },
    note,
    async ask(request, patience) {
      for (let attempt = 1; ; attempt++) {
        const chosen = await host();
        chosen.episodes--;
        try {
          return await chosen.jvm.ask(request, patience);
        } catch (error) {
          if (!(error instanceof GoneError) || attempt === ATTEMPTS) throw asEnvironmentError(error);
        }
      }
    },
    newName: () => `episode ${++names}`,
    get hosts() {
      return live();
    },
    async close() {
      await Promise.all(live().map(({ jvm }) => jvm.close()));
    },
  };
}

/** Whether the JVM, or only the state that was asked for, is not there any more: what a replay mends. */
export function isLost(error: unknown): boolean {
  if (error instanceof GoneError) return true;
  return error instanceof RefusedError && (error.code === "no_state" || error.code === "no_copying");
}

/** A JVM that is gone for good and a request that the simulator refuses are both the world's failure. */
export function asEnvironmentError(error: unknown): unknown {
  const isOfTheJvm = error instanceof RefusedError || error instanceof GoneError;
  return isOfTheJvm ? new EnvironmentError(error.message, { cause: error }) : error;
}

const notDeterministic = (java: string) =>
  `Java ${java} does not accept -XX:hashCode=2, which repeatable episodes need: use OpenJDK (HotSpot)`;
