/**
 * The sessions that a server plays for us: each has a world of its own and plays one episode at a time. There are at most so
 * many at once, and fewer where the server has room for fewer (OpenEnv's default is one). Who finds none free waits for one,
 * or gets that of an episode that has been still for longer than it would take to do it again.
 */
import { EnvironmentError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import { withRetries } from "../../http/retries.ts";

export interface PoolOptions<Session> {
  /** The server, in messages. */
  readonly url: string;
  /** At most so many sessions. */
  readonly sessions: number;
  /** Longest wait for room on the server, in milliseconds. */
  readonly timeoutMs: number;
  /** How to give the server more room: `max_concurrent_envs`. */
  readonly advice: string;
  /** Whether a session that nobody uses is kept: another would not be the same world. */
  readonly keepsIdle: boolean;
  /** A new session, or why the server has no room for one. Throws EnvironmentError. */
  open(): Promise<Session | { readonly full: string }>;
}

/** What the pool must know of a session. */
export interface Pooled {
  readonly isOpen: boolean;
  readonly traffic: Traffic;
  close(): void;
}

/** When a session is asked, and when it says something. */
export interface Traffic {
  /** Whether an answer is awaited. */
  readonly isBusy: boolean;
  /** When it said something last, in milliseconds of `performance.now()`. */
  readonly heardAt: number;
  /** Waits for an answer. */
  during<Answer>(asking: () => Promise<Answer>): Promise<Answer>;
}

/** Of a session that is new. */
export function newTraffic(): Traffic {
  let [isBusy, heardAt] = [false, performance.now()];
  return {
    get isBusy() {
      return isBusy;
    },
    get heardAt() {
      return heardAt;
    },
    async during(asking) {
      isBusy = true;
      try {
        return await asking();
      } finally {
        isBusy = false;
        heardAt = performance.now();
      }
    },
  };
}

export interface Pool<Session> {
  /**
   * One for an episode. Throws EnvironmentError where the server cannot be reached or stays full. `putAway`, where the episode
   * can be done again, is called when its session goes to another.
   */
  take(putAway?: PutAway): Promise<Session>;
  release(session: Session): void;
}

export interface PutAway {
  /** How long it took so far to be where the episode is. */
  readonly spentMs: () => number;
  readonly now: () => void;
}

/** Sessions take room on the server that others may wait for. */
const IDLE_MS = 10_000;
/** Longest wait for a session while no episode goes on and none can be put away. */
const LONGEST_STANDSTILL_MS = 300_000;
/** How often it is looked for one that can, which is the least that one is left in peace. */
const LOOK_MS = 50;
const RETRIES = 6;

export function newPool<Session extends Pooled>(options: PoolOptions<Session>): Pool<Session> {
  const { url, timeoutMs, advice } = options;
  const free: Session[] = [];
  const waiting: (() => void)[] = [];
  const taken = new Map<Session, PutAway | undefined>();
  let limit = options.sessions;
  let open = 0;
  const leave = (session: Session) => {
    session.close();
    open--;
  };

  /** Puts the episode away that has been still for longest, if any has been for long enough. */
  function putAway(): void {
    const still = ({ traffic }: Session) => performance.now() - traffic.heardAt;
    const [found] = [...taken]
      .filter(
        ([session, { spentMs } = NEVER]) => !session.traffic.isBusy && still(session) > Math.max(LOOK_MS, spentMs()),
      )
      .sort(([a], [b]) => still(b) - still(a));
    if (!found) return;
    found[1]?.now();
    release(found[0]);
  }

  /** Waits until a session is given back, or until nothing can be expected any more. */
  function freed(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const standstillMs = Math.max(LONGEST_STANDSTILL_MS, timeoutMs);
    const since = performance.now();
    const timer = setInterval(() => {
      putAway();
      const lastMs = Math.max(since, ...[...taken.keys()].map(({ traffic }) => traffic.heardAt));
      if (performance.now() - lastMs < standstillMs) return;
      waiting.splice(waiting.indexOf(resolve), 1);
      const all = `all ${limit} sessions are taken by episodes that do not go on`;
      reject(new EnvironmentError(`${url}: ${all}; let the server have more (${advice}), or play fewer at once`));
    }, LOOK_MS);
    waiting.push(resolve);
    return promise.finally(() => clearInterval(timer));
  }

  async function found(): Promise<Session> {
    for (;;) {
      for (let session = free.pop(); session; session = free.pop()) {
        if (session.isOpen) return session;
        leave(session);
      }
      if (open >= limit) {
        await freed();
        continue;
      }
      open++;
      try {
        const session = await withRoom(options, open > 1);
        if (session) return session;
      } catch (error) {
        open--;
        throw error;
      }
      // The server has no room beside our own sessions.
      open--;
      limit = Math.max(1, open);
    }
  }

  function release(session: Session): void {
    taken.delete(session);
    if (session.isOpen) {
      free.push(session);
      if (!options.keepsIdle) setTimeout(() => leaveIdle(session), IDLE_MS).unref();
    } else leave(session);
    waiting.shift()?.();
  }
  function leaveIdle(session: Session): void {
    const at = free.indexOf(session);
    if (at < 0 || performance.now() - session.traffic.heardAt < IDLE_MS) return;
    free.splice(at, 1);
    leave(session);
  }

  return {
    async take(putAway) {
      const session = await found();
      taken.set(session, putAway);
      return session;
    },
    release,
  };
}

/** Of an episode that cannot be done again. */
const NEVER: PutAway = { spentMs: () => Number.POSITIVE_INFINITY, now() {} };

/** A new session; undefined where the server has no room, and some of its sessions are ours. Others are waited for. */
async function withRoom<Session>(options: PoolOptions<Session>, hasOurs: boolean): Promise<Session | undefined> {
  const { url, timeoutMs } = options;
  const signal = new AbortController().signal;
  const settings = { retries: RETRIES, backoffMs: timeoutMs / 2 ** RETRIES, draws: random(url), signal, name: url };
  return withRetries<Session | undefined>(settings, async () => {
    const opened = await options.open();
    if (!isFull(opened)) return { result: opened };
    if (hasOurs) return { result: undefined };
    const why = `${url}: no session within ${timeoutMs / 1000} s: ${opened.full}`;
    return { waitMs: 0, giveUp: () => new EnvironmentError(why) };
  });
}

const isFull = (opened: unknown): opened is { readonly full: string } =>
  typeof opened === "object" && opened !== null && "full" in opened;
