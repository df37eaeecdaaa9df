/** One training inside this process: the folder of one checkpoint in, the folder of the next one out. */
import { join } from "node:path";
import { diskReason, refusedBy } from "../../core/disk.ts";
import { messageOf, StoreError, TrainerError } from "../../core/errors.ts";
import type { TrainEvent, TrainingSet, TrainRequest } from "../../core/training.ts";
import { type TrainOptions, train } from "../../model/train.ts";
import { checkpointPath, folderOf } from "./checkpoint-folder.ts";
import { beginCheckpoint } from "./checkpoint-work.ts";

/**
 * Trains the folder of a request's checkpoint into the folder of its id. Throws TrainerError, and StoreError where the disk
 * refuses the result.
 */
export async function* trainFolder(
  project: string,
  request: TrainRequest,
  options: Omit<TrainOptions, "from" | "to" | "seed" | "signal">,
): AsyncIterable<TrainEvent> {
  const { set, from, id, seed, signal } = request;
  const { steps } = options.settings;
  // There may be a folder without an entry in the store: another run's, or one of a run that was killed between the two.
  const { to, finish, close } = beginCheckpoint(project, id);
  try {
    for await (const { step, loss } of train({ ...options, from: folderOf(project, from), to, seed, signal })) {
      yield { kind: "metrics", step, steps, values: { loss } };
    }
    finish();
  } catch (error) {
    const path = join(project, checkpointPath(id));
    if (diskReason(error) !== undefined || error instanceof StoreError) throw refusedBy(error, path);
    throw new TrainerError(`training ${id}: ${explain(error, set)}`, { cause: error });
  } finally {
    close();
  }
  yield { kind: "done", at: { kind: "folder", path: checkpointPath(id) } };
}

/** Errors about `example 17` name the trajectory it came from. The two sides of a pair count as two examples. */
function explain(error: unknown, set: TrainingSet): string {
  const said = messageOf(error).replace(/^training: /, "");
  const message = said.replace("(the model's context)", "(the model's context, in a config student.context)");
  const index = /example (\d+)/.exec(message)?.[1];
  const sources =
    set.kind === "sft" ? set.examples.map(({ source }) => source) : set.examples.flatMap((e) => e.sources);
  const source = index === undefined ? undefined : sources[Number(index)];
  return source === undefined ? message : `${message} (trajectory ${source})`;
}
