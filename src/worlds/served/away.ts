/** Episodes whose session may go to another: done again, and compared, when they go on. */
import type { Environment } from "../../core/environment.ts";
import type { Task } from "../../core/task.ts";

/** `world`, of which `away` tells the task of an episode whose session went to another; its snapshots need no session. */
export function comingBack(world: Environment, away: () => Task | undefined): Environment {
  async function back(): Promise<void> {
    const task = away();
    if (task) await world.restore(task, await world.snapshot());
  }
  return {
    ...world,
    async step(action) {
      await back();
      return world.step(action);
    },
    async actions() {
      await back();
      return world.actions();
    },
  };
}
