/** What every trainer promises, kept on a Tinker server; and what becomes of a training when that server misbehaves. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { TrainerError } from "../../src/core/errors.ts";
import type { CheckpointId } from "../../src/core/ids.ts";
import type { TrainingSet } from "../../src/core/training.ts";
import { TinkerError, type TinkerReason } from "../../src/students/tinker/protocol/failures.ts";
import type { TinkerServer } from "../../src/students/tinker/protocol/transport.ts";
import { demonstrationOf, trainerContract } from "../contract/trainer.ts";
import { series, skip, trained } from "./real.ts";
import { bytesOf, startTinkerServer, type TestServer, TINKER_BASE, trainedPath, trainerFor } from "./tinker.ts";

const KEY = "tml-test";
process.env.GLEANER_TEST_TINKER_KEY = KEY;
const KEYED = { apiKeyEnv: "GLEANER_TEST_TINKER_KEY" };
const THINGS = ["mug", "pot", "cd"];
const SET: TrainingSet = {
  kind: "sft",
  examples: THINGS.map((thing, index) => demonstrationOf(`find ${thing}`, `go to shelf ${index}`)),
};

let server: TestServer;
const ends: (() => Promise<void>)[] = [];
before(async () => {
  if (!skip) server = await startTinkerServer({ after: (end) => ends.push(end) }, KEY);
});
after(async () => {
  for (const end of ends) await end();
});

const trainer = (more: Partial<TinkerServer> = {}) => trainerFor(server.url, { batch: 2 }, { ...KEYED, ...more });

if (!skip) {
  trainerContract(
    "tinker",
    async () => {
      const before = new Set(server.saved());
      return {
        trainer: trainer(),
        from: TINKER_BASE,
        bytes(at) {
          assert(at.kind === "hosted");
          const path = server
            .saved()
            .find((saved) => !before.has(saved) && at.model.endsWith(saved.split("/").at(-1)!));
          return path === undefined ? undefined : bytesOf(server, path);
        },
        // The server chooses the run's name, so that a place is known by its end.
        placeOf: (id) => ({ kind: "hosted", model: id }),
      };
    },
    SET,
  );
}

const failsWith = (doing: Promise<unknown>, reason: TinkerReason) =>
  assert.rejects(doing, (error) => {
    assert(error instanceof TrainerError && error.cause instanceof TinkerError, String(error));
    assert.equal(error.cause.reason, reason, error.message);
    return true;
  });

suite("a Tinker server that misbehaves", { skip }, () => {
  const request = (id: string) => ({ set: SET, id: id as CheckpointId });

  test("429 and 500 everywhere, cut connections where they do no harm: the same checkpoint", async () => {
    const plain = bytesOf(server, await trainedPath(trainer(), request("plain")));
    const before = await server.counts();
    await server.misbehave(
      ...["create_session", "create_model", "forward_backward", "optim_step", "save_weights"].flatMap((path) => [
        { path, times: 1, status: 429, after: 0.01 },
        { path, times: 1, status: 500 },
      ]),
      { path: "retrieve_future", times: 1, cut: true },
      { path: "create_session", times: 1, cut: true },
    );
    const path = await trainedPath(trainer(), request("faulty"));
    assert(bytesOf(server, path).equals(plain));
    const counts = await server.counts();
    assert.equal(counts.forward_backward! - before.forward_backward!, 3 + 2);
  });

  test("a batch of which nobody knows whether it came is not sent again", async () => {
    await server.misbehave({ path: "forward_backward", times: 1, cut: true });
    await failsWith(trainedPath(trainer(), request("uncertain")), "uncertain");
  });

  test("a lost result, a wrong key", async () => {
    await server.misbehave({ path: "optim_step", times: 1, lose: true });
    await failsWith(trainedPath(trainer(), request("lost")), "lost");
    process.env.GLEANER_WRONG_KEY = "tml-wrong";
    await failsWith(trainedPath(trainer({ apiKeyEnv: "GLEANER_WRONG_KEY" }), request("key")), "wrong key");
  });

  test("a loss that is no number any more", async () => {
    const wild = trainerFor(server.url, { learningRate: 1e300, steps: 9, schedule: "constant" }, KEYED);
    await assert.rejects(trainedPath(wild, request("wild")), (error) => {
      assert(error instanceof TrainerError && error.cause instanceof TinkerError, String(error));
      return ["diverged", "unusable answer"].includes(error.cause.reason);
    });
  });

  test("killed in the middle, started again: what was saved is there, what was trained is done again", async () => {
    const first = await trainedPath(trainer(), request("first"));
    const whole = await trainedPath(trainer(), {
      ...request("whole"),
      from: { ...TINKER_BASE, at: { kind: "hosted", model: first } },
    });
    const expected = bytesOf(server, whole);
    const from = { ...TINKER_BASE, at: { kind: "hosted", model: first } } as const;
    const cutOff = async () => {
      for await (const event of trainer({ retries: 1 }).train({ ...request("again"), from, seed: 1 })) {
        if (event.kind === "metrics") await server.kill();
      }
    };
    await failsWith(cutOff(), "unreachable");
    await server.startAgain();
    const events = await trained(trainer(), SET, { from, id: "again" as CheckpointId });
    assert.equal(series(events, "loss").length, 3);
    const last = events.at(-1)!;
    assert(last.kind === "done" && last.at.kind === "hosted");
    assert(bytesOf(server, last.at.model).equals(expected));
  });
});
