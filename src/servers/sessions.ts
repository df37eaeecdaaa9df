/** The sessions of a server: at most so many at once, and none that nobody has used for a while. */

export interface SessionsOptions {
  /** At most so many at once; ≥ 1. */
  readonly limit: number;
  /** Milliseconds after which a session that nobody uses is ended. */
  readonly idleMs: number;
}

/** A session of a server, as `Sessions` keeps it. */
export interface Session {
  /** Ends it. `isIdle`: nobody used it for too long. */
  end(isIdle: boolean): Promise<void>;
}

export interface Sessions<Id, T extends Session> {
  readonly limit: number;
  count(): number;
  /** Takes a place for the session that `make` makes, under `id`. Throws CapacityError, and what `make` throws. */
  open(id: Id, make: () => Promise<T>): Promise<T>;
  /** The session, or undefined. One that is still being made is not there yet. */
  get(id: Id): T | undefined;
  ids(): readonly Id[];
  /** Does `work` of the session, which is not idle meanwhile. */
  using<R>(id: Id, work: () => Promise<R>): Promise<R>;
  /** Ends a session and frees its place; false: there is none. */
  end(id: Id): Promise<boolean>;
  /** Ends all, and lets no more in. */
  close(): Promise<void>;
}

/** All places are taken. */
export class CapacityError extends Error {
  readonly active: number;
  readonly limit: number;
  constructor(active: number, limit: number) {
    super(`the server is full: ${active} of ${limit} sessions are in use`);
    this.active = active;
    this.limit = limit;
  }
}

interface Place<T> {
  session?: T;
  users: number;
  lastUse: number;
}

export function newSessions<Id, T extends Session>({ limit, idleMs }: SessionsOptions): Sessions<Id, T> {
  const places = new Map<Id, Place<T>>();
  let isClosed = false;

  async function end(id: Id, isIdle = false): Promise<boolean> {
    const place = places.get(id);
    if (!place?.session) return false;
    places.delete(id);
    await place.session.end(isIdle);
    return true;
  }

  const looking = setInterval(
    () => {
      const now = performance.now();
      for (const [id, { session, users, lastUse }] of places) {
        if (session && users === 0 && now - lastUse > idleMs) end(id, true).catch(() => {});
      }
    },
    Math.max(20, Math.min(idleMs / 4, 5_000)),
  );
  looking.unref();

  return {
    limit,
    count: () => places.size,
    async open(id, make) {
      if (isClosed || places.size >= limit) throw new CapacityError(places.size, limit);
      const place: Place<T> = { users: 0, lastUse: performance.now() };
      places.set(id, place);
      try {
        const session = await make();
        // The server may have been closed meanwhile.
        if (!isClosed) {
          place.lastUse = performance.now();
          place.session = session;
          return session;
        }
        await session.end(false);
      } catch (error) {
        places.delete(id);
        throw error;
      }
      places.delete(id);
      throw new CapacityError(0, limit);
    },
    get: (id) => places.get(id)?.session,
    ids: () => [...places.keys()],
    async using(id, work) {
      const place = places.get(id);
      if (!place) return work();
      place.users++;
      try {
        return await work();
      } finally {
        place.users--;
        place.lastUse = performance.now();
      }
    },
    end: (id) => end(id),
    async close() {
      isClosed = true;
      clearInterval(looking);
      await Promise.allSettled([...places.keys()].map((id) => end(id)));
    },
  };
}

/** Does one thing after the other, each when the one before it is over; at once where there is none. */
export function newQueue(): <R>(work: () => Promise<R>) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  let left = 0;
  const over = () => void left--;
  return (work) => {
    const result = left === 0 ? work() : last.then(work);
    left++;
    last = result.then(over, over);
    return result;
  };
}
