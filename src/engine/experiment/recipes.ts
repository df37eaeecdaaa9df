/** How each checkpoint of a seed is made, so that one whose files are damaged can be made again when it is needed. */
import { TrainerError } from "../../core/errors.ts";
import type { CheckpointId } from "../../core/ids.ts";
import type { Checkpoint } from "../../core/training.ts";
import type { Student } from "../../students/student.ts";
import type { Progress } from "./progress.ts";

export interface Recipes {
  /** Notes how the checkpoint `id` is made. */
  note(id: CheckpointId, make: () => Promise<unknown>): void;
  /**
   * Sees to it that the files of a checkpoint are whole, before it acts or is trained from. A finished run that needs none
   * looks at none. Throws TrainerError for one that is damaged and of which nothing is noted.
   */
  need(checkpoint: Checkpoint): Promise<void>;
}

export function openRecipes(student: Pick<Student, "check">, progress: Pick<Progress, "say">): Recipes {
  const makers = new Map<CheckpointId, () => Promise<unknown>>();
  /** Methods that run side by side may need the same one. */
  const underWay = new Map<CheckpointId, Promise<void>>();

  async function look(checkpoint: Checkpoint): Promise<void> {
    const problem = await student.check?.(checkpoint);
    if (problem === undefined) return;
    const make = makers.get(checkpoint.id);
    if (!make) throw new TrainerError(`${problem}, but this run does not know how`);
    progress.say(problem);
    await make();
  }

  return {
    note: (id, make) => void makers.set(id, make),
    need(checkpoint) {
      const { id } = checkpoint;
      const looking = underWay.get(id) ?? look(checkpoint).finally(() => underWay.delete(id));
      underWay.set(id, looking);
      return looking;
    },
  };
}
