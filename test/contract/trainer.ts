/** What every trainer promises. `make` gives a fresh trainer with the checkpoint to start from. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TrainerError } from "../../src/core/errors.ts";
import { type CheckpointId, type TrajectoryId, trajectoryId } from "../../src/core/ids.ts";
import type {
  Checkpoint,
  Demonstration,
  TrainEvent,
  Trainer,
  TrainingSet,
  TrainRequest,
  Tuning,
} from "../../src/core/training.ts";

export interface TrainerUnderTest {
  readonly trainer: Trainer;
  readonly from: Checkpoint;
  /** Everything a checkpoint consists of, as bytes; undefined if there is none. */
  bytes(at: Checkpoint["at"]): Buffer | undefined;
  /** Where the checkpoint of this id would be. */
  placeOf(id: CheckpointId): Checkpoint["at"];
}

const provenance = (trajectory: TrajectoryId) => ({ trajectory, step: 0, actor: "expert/e", reason: "expert success" });

/** A demonstration that answers `question` with `answer`. */
export function demonstrationOf(question: string, answer: string, source = trajectoryId("t1")): Demonstration {
  const learned = { role: "assistant", content: answer, weight: 1, provenance: provenance(source) } as const;
  return { messages: [{ role: "user", content: question, weight: 0 }, learned], source };
}

async function eventsOf(trainer: Trainer, request: TrainRequest): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of trainer.train(request)) events.push(event);
  return events;
}

export function trainerContract(name: string, make: () => Promise<TrainerUnderTest>, set: TrainingSet): void {
  const check = (what: string, body: (under: TrainerUnderTest) => Promise<void>) =>
    test(`${name}: ${what}`, async () => body(await make()));
  const id = "abc" as CheckpointId;

  check("ends with one `done`, after one metric for every step", async ({ trainer, from }) => {
    const events = await eventsOf(trainer, { set, from, id, seed: 1 });
    assert.equal(events.filter(({ kind }) => kind === "done").length, 1);
    assert.equal(events.at(-1)!.kind, "done");
    const steps = events.flatMap((event) => (event.kind === "metrics" ? [event.step] : []));
    assert.deepEqual(
      steps,
      Array.from({ length: Number(trainer.settings.steps) }, (_, index) => index + 1),
    );
  });

  check("the same request gives the same bytes, another seed does not", async ({ trainer, from, bytes }) => {
    const made = async (request: TrainRequest) => {
      const last = (await eventsOf(trainer, request)).at(-1)!;
      assert(last.kind === "done");
      return bytes(last.at)!;
    };
    const first = await made({ set, from, id, seed: 1 });
    assert(first.equals(await made({ set, from, id: "again" as CheckpointId, seed: 1 })));
    assert(!first.equals(await made({ set, from, id: "other" as CheckpointId, seed: 2 })));
  });

  check("does what tuning asks for in place of its settings", async ({ trainer, from, bytes }) => {
    const made = async (name: string, tuning: Tuning) => {
      const events = await eventsOf(trainer, { set, from, id: name as CheckpointId, seed: 1, tuning });
      const last = events.at(-1)!;
      assert(last.kind === "done");
      return { steps: events.length - 1, bytes: bytes(last.at)! };
    };
    const plain = await made("plain", { steps: 2 });
    assert.equal(plain.steps, 2);
    for (const tuning of [{ batch: 1 }, { learningRate: 1e-4 }, { warmup: 7 }, { schedule: "constant" }] as const) {
      const tuned = await made(Object.keys(tuning).join(), { steps: 2, ...tuning });
      assert(!plain.bytes.equals(tuned.bytes), JSON.stringify(tuning));
    }
  });

  check("a training that was stopped leaves nothing behind", async ({ trainer, from, bytes, placeOf }) => {
    const stop = new AbortController();
    const training = async () => {
      // Long enough that it is still under way when it is told to stop.
      const tuning = { steps: 500 };
      for await (const event of trainer.train({ set, from, id, seed: 1, tuning, signal: stop.signal })) {
        if (event.kind === "metrics") stop.abort();
      }
    };
    await assert.rejects(training());
    assert.equal(bytes(placeOf(id)), undefined);
  });

  check("refuses, before it starts, a set of a kind that it does not know", async ({ trainer, from }) => {
    const unknown = (["sft", "dpo"] as const).filter((kind) => !trainer.kinds.includes(kind));
    for (const kind of unknown) {
      const other = (kind === "dpo" ? { kind, examples: [], beta: 0.1 } : { kind, examples: [] }) as TrainingSet;
      await assert.rejects(eventsOf(trainer, { set: other, from, id, seed: 1 }), TrainerError);
    }
  });

  check("refuses, before it starts, what it cannot train exactly, by the trajectory's name", async (under) => {
    const { trainer, from, bytes, placeOf } = under;
    const tooLong = demonstrationOf("a ".repeat(100_000), "b", trajectoryId("guilty"));
    const empty = { messages: [{ role: "user", content: "a", weight: 0 }], source: trajectoryId("guilty") } as const;
    for (const example of [tooLong, empty]) {
      const bad: TrainingSet = { kind: "sft", examples: [demonstrationOf("a", "b"), example] };
      await assert.rejects(eventsOf(trainer, { set: bad, from, id, seed: 1 }), (error) => {
        assert(error instanceof TrainerError);
        assert.match(error.message, /guilty/);
        return true;
      });
      assert.equal(bytes(placeOf(id)), undefined);
    }
  });
}
