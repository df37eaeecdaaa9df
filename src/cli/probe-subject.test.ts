// What `gleaner probe` may be pointed at: a config, a run, logs; nothing else.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { quietly } from "../../test/command-here.ts";
import { jsonLines, type LogRow } from "../../test/logs.ts";
import { alfworldGames, readJsonLines, shared, skipWithout } from "../../test/shared.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { commandLine } from "../core/command-line.ts";
import { openSqlite } from "../store/sqlite.ts";
import { subjectOf } from "./probe-subject.ts";
import type { Project } from "./project.ts";

const folder = temporaryFolder();

const project = (): Project => {
  const repository = openSqlite(":memory:");
  return { folder, repository, command: commandLine(), close: () => repository.close() };
};

test("a config is read from its file, changed by --set, and names its environment itself", async () => {
  const { config, file } = await subjectOf(project(), "examples/workshop.yaml", { set: ["seeds=[7]"] });
  assert.deepEqual([config.run, config.seeds, file], ["demo-front", [7], "examples/workshop.yaml"]);
  await assert.rejects(
    subjectOf(project(), "examples/workshop.yaml", { data: "x" }),
    /--set, e\.g\. environment\.data/,
  );
});

test("an experiment's run is its stored config; an expert's run gets the default student", async () => {
  const here = project();
  const environment = { name: "workshop", kind: "back" };
  const stored = { run: "mine", environment, expert: { scripted: true, errorRate: 0.1 }, seeds: [3], methods: [] };
  here.repository.addRun({ name: "mine", kind: "experiment", config: { ...stored, notes: ["a note"] } });
  here.repository.addRun({ name: "played", kind: "expert", config: { environment, errorRate: 0.2 } });
  const mine = await subjectOf(here, "mine", { maxSteps: 9 });
  assert.partialDeepStrictEqual(mine.config.environment, { ...environment, maxSteps: 9 });
  assert.deepEqual([mine.config.seeds, mine.file], [[3], undefined]);
  const { config } = await subjectOf(here, "played", { set: ["training.steps=5"] });
  assert.deepEqual([config.expert, config.format, config.training.steps], [{ run: "played" }, "compact", 5]);
});

test("what is none of the three is told what was expected", async () => {
  await assert.rejects(subjectOf(project(), "nothing", {}), /expected a config \(\.yaml\), a run of this project/);
  const logs = join(folder, "logs.jsonl");
  writeFileSync(logs, "");
  await assert.rejects(subjectOf(project(), logs, {}), /logs need --env/);
});

const LOGS = "alfworld/trajectories/knowagent_llama-2-13b_D0.jsonl.gz";

test("logs are imported into a run named after them", { skip: skipWithout(LOGS) }, async () => {
  const here = project();
  const world = { env: "alfworld", data: alfworldGames(), logic: shared("alfworld/logic-0.3") };
  const log = join(folder, "agents.jsonl");
  writeFileSync(log, jsonLines(readJsonLines<LogRow>(LOGS).slice(0, 20)));
  const { config } = await quietly(() => subjectOf(here, log, { format: "knowagent", ...world }));
  assert.deepEqual(config.expert, { run: "agents" });
  assert.equal(here.repository.trajectoriesOf(config.run).length, 20);
});
