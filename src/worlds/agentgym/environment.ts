/** One episode on an AgentGym server. Its environment there is taken at a reset, and given back when the episode is over. */
import type { Environment } from "../../core/environment.ts";
import { EnvironmentError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import { replaying, type Unsaved } from "../replaying.ts";
import { comingBack } from "../served/away.ts";
import type { Pool } from "../served/pool.ts";
import { newSeat } from "../served/seat.ts";
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
function newPlayer(kind: Kind, sessions: Pool<Session>): { world: Unsaved; away: () => Task | undefined } {
  const seat = newSeat<Session, Episode>(sessions);

  /** What came of asking. A session that breaks is in no known state. */
  async function asked(place: string, session: Session, work: () => Promise<Shown>): Promise<Shown> {
    try {
      const shown = await seat.timed(work);
      notTooLong(shown.observation);
      return shown;
    } catch (error) {
      seat.leave(session);
      if (!(error instanceof EnvironmentError)) throw error;
      throw new EnvironmentError(`${place}: ${error.message}`, { cause: error });
    }
  }

  const world: Unsaved = {
    async reset(task) {
      seat.begin();
      const session = await seat.take(true);
      const index = task.data as number;
      const shown = await asked(`${task.id}: reset`, session, async () =>
        kind.started(await session.ask("/reset", kind.reset(index))),
      );
      seat.sit({ task, session, steps: 0, score: shown.score ?? 0, actions: shown.actions });
      return shown.observation;
    },
    async step(action) {
      const { task, session, steps, score } = seat.live();
      // Half a character cannot be written in UTF-8: the server would be sent another text.
      if (!action.isWellFormed()) {
        const observation = "This is no action: expected text, found half of a character.";
        return { observation, reward: 0, terminated: false };
      }
      const shown = await asked(`${task.id}: step ${steps}`, session, async () =>
        kind.stepped(await session.ask("/step", { action }), score),
      );
      if (shown.done) seat.leave(session, true);
      else seat.sit({ task, session, steps: steps + 1, score: shown.score ?? 0, actions: shown.actions });
      const { observation, reward, done } = shown;
      return { observation, reward, terminated: done };
    },
    async actions() {
      if (seat.isOver) return [];
      const { task, session, steps, actions } = seat.live();
      if (actions !== undefined || !kind.actions) return actions ?? null;
      const shown = await asked(`${task.id}: actions before step ${steps}`, session, async () => {
        const listed = kind.actions!(await session.ask("/available_actions"));
        return { observation: "", reward: 0, done: false, actions: listed };
      });
      seat.sit({ ...seat.live(), actions: shown.actions });
      return shown.actions ?? null;
    },
    async close() {
      seat.close();
    },
  };
  return { world, away: seat.away };
}
