/** One episode on an OpenEnv server. Its session is taken at a reset, and given back when the episode is over. */
import type { Environment, StepResult } from "../../core/environment.ts";
import { EnvironmentError, messageOf } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Task } from "../../core/task.ts";
import { writtenJson } from "../../core/written-json.ts";
import { type Jumps, keyOf, replaying } from "../replaying.ts";
import { comingBack } from "../served/away.ts";
import { newSeat } from "../served/seat.ts";
import type { ActionForm } from "./actions.ts";
import { listedIn, textOf } from "./observations.ts";
import { type Fields, type Reply, type Shown, wrongAction } from "./protocol.ts";
import type { Session, Sessions } from "./sessions.ts";

/** How a state is reached again: a snapshot that the server writes (gleaner's own does), by doing it again, or not at all. */
export type Restore = "state" | "replay" | "none";

export interface Rules {
  readonly form: ActionForm;
  /** The field of an observation that is its text; absent: by the rule of observations.ts. */
  readonly observation: string | undefined;
  /** The field of an observation that lists actions. */
  readonly actions: string | undefined;
  /** The server's task of this id. Throws CliError. What a run stored may be from the same world played elsewhere. */
  task(id: Task["id"]): Promise<Task>;
}

export function openenvEnvironment(sessions: Sessions, rules: Rules, restore: Restore): Environment {
  const player = newPlayer(sessions, rules, restore !== "none");
  if (restore === "none") return player;
  return comingBack(replaying(player, restore === "state" ? snapshotsOf(player) : undefined), () => player.away());
}

interface Player extends Environment {
  /** The task of the episode, where its session went to another; else undefined. */
  away(): Task | undefined;
  /** What the server says under `snapshot` of its state; undefined where it says nothing, or no session is at hand. */
  saved(): Promise<Saved | undefined>;
  /** Puts the world into a saved state; false where the server does not know it. */
  resume(saved: Saved): Promise<boolean>;
}

interface Saved {
  readonly task: Task;
  /** As the server wrote it. */
  readonly state: string;
}

interface Episode {
  readonly task: Task;
  readonly session: Session;
  /** Steps that the server has done. */
  readonly steps: number;
  readonly listed: readonly string[] | null;
}

/** The world without a way back. */
function newPlayer(sessions: Sessions, rules: Rules, isRepeatable: boolean): Player {
  const seat = newSeat<Session, Episode>(sessions);

  /** Gives the session back. */
  function leave(): void {
    if (seat.episode) seat.leave(seat.episode.session);
  }
  const asked = (session: Session, type: string, data?: string): Promise<Reply> =>
    seat.timed(() => session.ask(type, data));

  /** A reset, or why the server refuses it. A session may have been closed while nobody used it: then another is taken. */
  async function begin(task: Task, data: Fields): Promise<Shown | string> {
    seat.begin();
    for (;;) {
      const session = await seat.take(isRepeatable);
      const mayBeGone = session.isUsed;
      try {
        const reply = await asked(session, "reset", writtenJson(data));
        if (reply.kind === "error") {
          seat.leave(session);
          return reply.refusal.message;
        }
        const shown = observationIn(reply);
        seat.sit({ task, session, steps: 0, listed: listedIn(shown, rules.actions) ?? rules.form.listed });
        return shown;
      } catch (error) {
        const isGone = !session.isOpen;
        seat.leave(session);
        if (isGone && mayBeGone) continue;
        throw told(`${task.id}: reset`, error);
      }
    }
  }

  async function reset(task: Task, seed: number): Promise<string> {
    const shown = await begin(task, resetOf(await rules.task(task.id), seed));
    if (typeof shown === "string") throw new EnvironmentError(`${task.id}: reset: ${shown}`);
    try {
      if (shown.done) throw new EnvironmentError("the episode is over at its start");
      if (shown.reward) throw new EnvironmentError(`expected no reward for a reset, got ${shown.reward}`);
      return textOf(shown, rules.observation);
    } catch (error) {
      leave();
      throw told(`${task.id}: reset`, error);
    }
  }

  async function step(action: string): Promise<StepResult> {
    const { task, session, steps, listed } = seat.live();
    const written = rules.form.write(action);
    // The world answers nonsense, it is said; this one's server would refuse it.
    if ("why" in written) return { observation: written.why, reward: 0, terminated: false };
    try {
      const reply = await asked(session, "step", written.json);
      const wrong = reply.kind === "error" ? wrongAction(reply.refusal, written.value) : undefined;
      if (wrong !== undefined) return { observation: wrong, reward: 0, terminated: false };
      const shown = observationIn(reply);
      const observation = textOf(shown, rules.observation);
      if (shown.done) seat.leave(session, true);
      else {
        const now = listedIn(shown, rules.actions);
        seat.sit({ task, session, steps: steps + 1, listed: now ?? (rules.actions === undefined ? listed : null) });
      }
      const { metadata } = shown;
      const info = Object.keys(metadata).length > 0 ? { info: metadata as Json } : {};
      return { observation, reward: shown.reward ?? 0, terminated: shown.done, ...info };
    } catch (error) {
      // It is in no known state.
      leave();
      throw told(`${task.id}: step ${steps}`, error);
    }
  }

  return {
    away: seat.away,
    reset,
    step,
    async actions() {
      return seat.isOver ? [] : seat.live().listed;
    },
    async saved() {
      if (!seat.episode) return undefined;
      const { task, session } = seat.episode;
      try {
        const reply = await asked(session, "state");
        const saved = reply.kind === "state" ? reply.state.snapshot : undefined;
        return typeof saved === "string" ? { task, state: saved } : undefined;
      } catch (error) {
        leave();
        throw told(`${task.id}: state`, error);
      }
    },
    async resume({ task, state }) {
      return typeof (await begin(task, { restore: state })) !== "string";
    },
    async snapshot() {
      seat.live();
      throw new EnvironmentError("this world is not put back: its option restore says none");
    },
    async restore() {
      throw new EnvironmentError("this world is not put back: its option restore says none");
    },
    async close() {
      seat.close();
    },
  };
}

/** What a reset is given. The seed is the episode's, where the task has none of its own. */
export const resetOf = ({ data }: Task, seed: number): Fields => ({ seed, ...(data as Fields) });

/** Throws EnvironmentError for any other answer. */
function observationIn(reply: Reply): Shown {
  if (reply.kind === "observation") return reply.shown;
  const { code, message } = reply.kind === "error" ? reply.refusal : { code: "state", message: "it told its state" };
  throw new EnvironmentError(`${message} (${code})`);
}

/** An error with the place in the episode. */
function told(place: string, error: unknown): unknown {
  return error instanceof EnvironmentError
    ? new EnvironmentError(`${place}: ${messageOf(error)}`, { cause: error })
    : error;
}

/** Of the latest; older states are reached by doing it again. */
const MOST_SAVED = 10_000;

/** Snapshots that the server writes, by what led to the state. They end with the server: then it is done again. */
function snapshotsOf(player: Player): Jumps {
  const known = new Map<string, Saved>();
  return {
    async mark(snapshot) {
      const key = keyOf(snapshot);
      const saved = known.get(key) ?? (await player.saved());
      if (saved === undefined) return;
      known.delete(key);
      known.set(key, saved);
      if (known.size > MOST_SAVED) known.delete(known.keys().next().value!);
    },
    async jump(snapshot) {
      const saved = known.get(keyOf(snapshot));
      return saved !== undefined && (await player.resume(saved));
    },
  };
}
