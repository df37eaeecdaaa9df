/** The whole circle on a Tinker server that does the arithmetic: it plays, EEF selects, it learns, it plays better. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openSqlite } from "../../src/store/sqlite.ts";
import { gleaner } from "../command.ts";
import { temporaryFolder } from "../temporary.ts";
import { skip, tinyCheckpoint } from "./real.ts";
import { BASE_MODEL, startTinkerServer } from "./tinker.ts";

const DOORS = 12;

test("play, select, train and play again on a Tinker server, which is asked for nothing twice", { skip }, async (t) => {
  const server = await startTinkerServer(t);
  const project = temporaryFolder();
  const file = join(project, "circle.yaml");
  const config = {
    run: "circle",
    environment: { name: join(import.meta.dirname, "locks.ts") },
    expert: { scripted: true, errorRate: 0.25 },
    format: "text",
    maxTokens: 12,
    student: { kind: "tinker", url: server.url, model: BASE_MODEL, tokenizer: tinyCheckpoint() },
    training: { steps: 60, batch: 8, learningRate: 0.01, loraRank: 0 },
    methods: [{ method: "eef", probes: 1 }],
    evaluate: { splits: ["test"] },
  };
  writeFileSync(file, JSON.stringify(config));
  await gleaner(project, ["run", file]);
  const asked = await server.counts();
  // The second time finds everything, and which checkpoints there are, the store knows.
  await gleaner(project, ["run", file]);
  assert.deepEqual(await server.counts(), asked);

  const repository = openSqlite(join(project, "store.sqlite"));
  const wonBy = (ids: readonly string[]) => ids.filter((id) => repository.trajectory(id as never)!.success).length;
  const [bc, eef] = repository.rounds("circle");
  assert(wonBy(bc!.evaluated) >= DOORS / 4, `BC opens ${wonBy(bc!.evaluated)} of ${DOORS} doors`);
  assert(wonBy(eef!.evaluated) > wonBy(bc!.evaluated) - 2, `EEF opens ${wonBy(eef!.evaluated)} of ${DOORS} doors`);
  assert(eef!.probed.length > 0);
  for (const id of [...eef!.explored, ...eef!.probed]) {
    assert.notEqual(repository.trajectory(id)!.outcome.kind, "failed", JSON.stringify(repository.trajectory(id)));
  }
  const report = JSON.parse((await gleaner(project, ["report", "circle", "--json"]))!);
  assert.equal(report.leakage.violations, 0, JSON.stringify(report.leakage.listed));
  assert(!report.servers?.some((note: string) => /temperature|seed/.test(note)), JSON.stringify(report.servers));
  repository.close();
});
