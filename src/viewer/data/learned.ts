/** What a training set learns from one trajectory, example by example. */
import { provenanceOf } from "../../analysis/material.ts";
import type { TrainingSetId, TrajectoryId } from "../../core/ids.ts";
import type { Example, Provenance, WeightedMessage } from "../../core/training.ts";
import type { View } from "../view.ts";

/** One conversation of a training set: an example to imitate, or a side of a preference. */
export interface Lesson {
  /** The example's place in the training set, from 0. */
  readonly position: number;
  readonly part: "example" | "preferred" | "rejected";
  readonly source: TrajectoryId;
  /** Of a preference: the trajectory of the other side. */
  readonly pair?: TrajectoryId;
  /** By step: what is learned. */
  readonly learned: ReadonlyMap<number, Provenance>;
  /** Its words for why, each once. */
  readonly reasons: readonly string[];
  /** How often the example counts beside others. */
  readonly weight: number;
}

/** What `set` has of the trajectory; empty where it has nothing. */
export function lessonsFrom({ repository }: View, set: TrainingSetId | null, trajectory: TrajectoryId): Lesson[] {
  const sources = (set !== null && repository.exampleSources(set, trajectory)) || [];
  const positions = new Set(sources.map(({ position }) => position));
  return [...positions]
    .flatMap((position) => lessonsOf(repository.example(set!, position)!, position))
    .filter(({ source }) => source === trajectory);
}

/** One of an example to imitate, two of a preference. */
export function lessonsOf(example: Example, position: number): Lesson[] {
  if ("messages" in example) {
    const { source, messages, weight = 1 } = example;
    return [{ position, part: "example", source, ...learnedIn(messages), weight }];
  }
  const [better, worse] = example.sources;
  return [
    { position, part: "preferred", source: better, pair: worse, ...learnedIn(example.chosen), weight: 1 },
    { position, part: "rejected", source: worse, pair: better, ...learnedIn(example.rejected), weight: 1 },
  ];
}

function learnedIn(messages: readonly WeightedMessage[]): Pick<Lesson, "learned" | "reasons"> {
  const provenances = messages.flatMap((message) => provenanceOf(message) ?? []);
  return {
    learned: new Map(provenances.map((provenance) => [provenance.step, provenance])),
    reasons: [...new Set(provenances.map(({ reason }) => reason))],
  };
}
