/** One episode on an AgentGym server. Its environment there is taken at a reset, and given back when the episode is over. */
import type { Environment } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import { replaying } from "../replaying.ts";
import { comingBack } from "../served/away.ts";
import type { Pool, PutAway } from "../served/pool.ts";
import { notTooLong } from "../served/texts.ts";
import type { Kind, Shown } from "./kinds.ts";
import type { Session } from "./sessions.ts";

/** A state is reached again by doing the same again. */
export function agentgymEnvironment(kind: Kind, sessions: Pool<Session>): Environment {
  const { world, away } = newPlayer(kind, sessions);
  return comingBack(replaying(world), away);
}

interface Episode {
  readonly task: Task;
  readonly session: Session;
  readonly steps: number;
  readonly score: number;
  /** undefined: the server was not asked yet. */
  readonly actions: readonly string[] | null | undefined;
}

/** The world without a way back. `away`: the task of the episode, where its environment went to another. */
function newPlayer(kind: Kind, sessions: Pool<Session>): { world: Environment; away: () => Task | undefined } {
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

  const live = (): Episode => {
    if (episode) return episode;
    throw new EnvironmentError(isOver ? "the episode is over" : "the environment was used before reset()");
  };
  function leave(session: Session): void {
    episode = undefined;
    sessions.release(session);
  }
  /** What came of asking. A session that breaks is in no known state. */
  async function asked(place: string, session: Session, work: () => Promise<Shown>): Promise<Shown> {
    const since = performance.now();
    try {
      const shown = await work();
      notTooLong(shown.observation);
      return shown;
    } catch (error) {
      leave(session);
      if (!(error instanceof EnvironmentError)) throw error;
      throw new EnvironmentError(`${place}: ${error.message}`, { cause: error });
    } finally {
      spentMs += performance.now() - since;
    }
  }

  const world: Environment = {
    async reset(task) {
      [isOver, away, spentMs] = [false, undefined, 0];
      const session = episode?.session ?? (await sessions.take(putAway));
      episode = undefined;
      const index = task.data as number;
      const shown = await asked(`${task.id}: reset`, session, async () =>
        kind.started(await session.ask("/reset", kind.reset(index))),
      );
      episode = { task, session, steps: 0, score: shown.score ?? 0, actions: shown.actions };
      return shown.observation;
    },
    async step(action) {
      const { task, session, steps, score } = live();
      // Half a character cannot be written in UTF-8: the server would be sent another text.
      if (!action.isWellFormed()) {
        const observation = "This is no action: expected text, found half of a character.";
        return { observation, reward: 0, terminated: false };
      }
      const shown = await asked(`${task.id}: step ${steps}`, session, async () =>
        kind.stepped(await session.ask("/step", { action }), score),
      );
      episode = { task, session, steps: steps + 1, score: shown.score ?? 0, actions: shown.actions };
      if (shown.done) {
        leave(session);
        isOver = true;
      }
      const { observation, reward, done } = shown;
      return { observation, reward, terminated: done };
    },
    async actions() {
      if (isOver) return [];
      const { task, session, steps, actions } = live();
      if (actions !== undefined || !kind.actions) return actions ?? null;
      const shown = await asked(`${task.id}: actions before step ${steps}`, session, async () => {
        const listed = kind.actions!(await session.ask("/available_actions"));
        return { observation: "", reward: 0, done: false, actions: listed };
      });
      episode = { ...live(), actions: shown.actions };
      return shown.actions ?? null;
    },
    async snapshot() {
      throw new EnvironmentError("this world saves no states");
    },
    async restore() {
      throw new EnvironmentError("this world saves no states");
    },
    async close() {
      if (episode) leave(episode.session);
      [isOver, away] = [false, undefined];
    },
  };
  return { world, away: () => away };
}
