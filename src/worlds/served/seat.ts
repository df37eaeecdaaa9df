/** The episode of an environment on a server, and the session that it holds until it is over or another episode gets it. */
import { EnvironmentError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { Pool, PutAway } from "./pool.ts";

export interface Seat<Session, Episode> {
  /** undefined: none goes on here. */
  readonly episode: Episode | undefined;
  /** Whether the server ended the last one. */
  readonly isOver: boolean;
  /** The task of the episode, where its session went to another; else undefined. */
  away(): Task | undefined;
  /** The episode. Throws EnvironmentError where there is none. */
  live(): Episode;
  /** Whatever was played here is forgotten; its session stays for the next `take`. */
  begin(): void;
  /** A session for a new episode. `isRepeatable`: it may go to another episode, and this one is done again. */
  take(isRepeatable: boolean): Promise<Session>;
  /** The episode goes on like this. */
  sit(episode: Episode): void;
  /** Gives the session back; `isOver`: since the server ended the episode. */
  leave(session: Session, isOver?: boolean): void;
  /** Asks for the episode: what that takes it would take again. */
  timed<Answer>(asking: () => Promise<Answer>): Promise<Answer>;
  close(): void;
}

export function newSeat<Session, Episode extends { readonly task: Task; readonly session: Session }>(
  sessions: Pool<Session>,
): Seat<Session, Episode> {
  let episode: Episode | undefined;
  let isOver = false;
  let away: Task | undefined;
  let spentMs = 0;
  const putAway: PutAway = {
    spentMs: () => spentMs,
    now() {
      away = episode?.task;
      episode = undefined;
    },
  };
  function leave(session: Session, byTheServer = false): void {
    episode = undefined;
    isOver = byTheServer;
    sessions.release(session);
  }
  return {
    get episode() {
      return episode;
    },
    get isOver() {
      return isOver;
    },
    away: () => away,
    live() {
      if (episode) return episode;
      throw new EnvironmentError(isOver ? "the episode is over" : "the environment was used before reset()");
    },
    begin() {
      [isOver, away, spentMs] = [false, undefined, 0];
    },
    async take(isRepeatable) {
      const session = episode?.session ?? (await sessions.take(isRepeatable ? putAway : undefined));
      episode = undefined;
      return session;
    },
    sit(next) {
      episode = next;
    },
    leave,
    async timed(asking) {
      const since = performance.now();
      try {
        return await asking();
      } finally {
        spentMs += performance.now() - since;
      }
    },
    close() {
      if (episode) leave(episode.session);
      [isOver, away] = [false, undefined];
    },
  };
}
