/** How a method chose among wins, for the viewer: by the engine's own rules. */
import { StoreError } from "../core/errors.ts";
import type { TrajectoryId } from "../core/ids.ts";
import type { Repository } from "../core/repository.ts";
import { rankedWins } from "../engine/algorithms/stored-choice.ts";
import type { View } from "../viewer/view.ts";

export const rankingIn =
  (repository: Repository): View["rankedWins"] =>
  (wins, at, rule) =>
    rankedWins((id) => trajectoryIn(repository, id), wins, at, rule);

function trajectoryIn(repository: Repository, id: TrajectoryId) {
  const found = repository.trajectory(id);
  if (!found) throw new StoreError(`trajectory ${id} belongs to a round but is not stored`);
  return found;
}
