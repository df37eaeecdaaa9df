/** Trainings that go wrong: each ends with its reason, and leaves no checkpoint. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TrainEvent, TrainingSet } from "../../src/core/training.ts";
import { removeUnfinished } from "../../src/model/folder.ts";
import { type TrlOptions, trlTrainer } from "../../src/students/served/trainer.ts";
import { trlReasonOf } from "../../src/students/served/trl/failures.ts";
import { demonstrationOf } from "../contract/trainer.ts";
import { BASE, python, skip, tinyProject, trained, twoProcesses } from "./real.ts";

const SET: TrainingSet = { kind: "sft", examples: [demonstrationOf("find élan", "go")] };
const SETTINGS = { steps: 50, batch: 1, loraRank: 0 } as const;

async function failsWith(
  options: Omit<TrlOptions, "python"> & Partial<TrlOptions>,
  reason: string,
  pattern: RegExp,
): Promise<void> {
  await assert.rejects(trained(trlTrainer({ python, ...options }), SET), (error) => {
    assert.equal(trlReasonOf(error), reason, String(error));
    assert.match((error as Error).message, pattern);
    return true;
  });
  assert.deepEqual(readdirSync(join(options.project, "checkpoints")), ["base"]);
}

/** A safetensors file in which one tensor goes by a name that nobody asks for. */
function without(name: string, file: Buffer): Buffer {
  const length = Number(file.readBigUInt64LE(0));
  const header = file.subarray(8, 8 + length).toString("utf8");
  assert(header.includes(name));
  return Buffer.concat([
    file.subarray(0, 8),
    Buffer.from(header.replace(name, "x".repeat(name.length))),
    file.subarray(8 + length),
  ]);
}

/** The Python processes that train in this project. */
const trainings = (project: string) =>
  execFileSync("ps", ["-eo", "pid=,args="])
    .toString()
    .split("\n")
    .filter((line) => line.includes(`train_trl.py ${project}`))
    .map((line) => Number(line.trim().split(" ")[0]));

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

suite("trainings that go wrong", { skip, concurrency: 2 }, () => {
  test("a loss that is no number any more", async (t) => {
    const settings = { ...SETTINGS, learningRate: 1e30, warmup: 0 };
    await failsWith(
      { project: tinyProject(t), settings },
      "diverged",
      /(loss|gradientNorm) is (nan|inf) at step \d+ of 50/,
    );
  });

  test("a checkpoint whose weights are cut off, or are not all there", async (t) => {
    const project = tinyProject(t);
    const weights = join(project, "checkpoints", "base", "model.safetensors");
    const whole = readFileSync(weights);
    truncateSync(weights, whole.length / 2);
    await failsWith({ project, settings: SETTINGS }, "bad checkpoint", /transformers cannot open it: /);
    writeFileSync(weights, without("model.norm.weight", whole));
    await failsWith({ project, settings: SETTINGS }, "bad checkpoint", /missing keys: .*model\.norm\.weight/);
    rmSync(join(project, "checkpoints", "base", "config.json"));
    await failsWith({ project, settings: SETTINGS }, "bad checkpoint", /config\.json/);
  });

  test("a template that Python finds changed, so that it reads other tokens than we wrote", async (t) => {
    const project = tinyProject(t);
    const template = join(project, "checkpoints", "base", "chat_template.jinja");
    const other = join(project, "other.jinja");
    writeFileSync(
      other,
      readFileSync(template, "utf8").replace("{% else %}{{ m['content']", "{% else %}{{ m['content'] | upper"),
    );
    const changing = join(project, "python");
    writeFileSync(changing, `#!/bin/sh\ncp '${other}' '${template}'\nexec '${python}' "$@"\n`, { mode: 0o755 });
    await failsWith(
      { project, settings: SETTINGS, python: changing },
      "tokens differ",
      /example 0: transformers tokenises it otherwise from token \d+ on: expected .*ÉLAN.*, found .*élan/s,
    );
  });

  test("Python killed in the middle; started again, it is all done again", async (t) => {
    const project = tinyProject(t);
    const trainer = trlTrainer({ project, python, settings: { ...SETTINGS, steps: 100_000 } });
    const training = async () => {
      for await (const _ of trainer.train({ set: SET, from: BASE, id: "new" as never, seed: 1 })) {
        for (const pid of trainings(project)) process.kill(pid, "SIGKILL");
      }
    };
    await assert.rejects(training(), (error) => trlReasonOf(error) === "killed");
    assert.deepEqual(readdirSync(join(project, "checkpoints")), ["base"]);
    const events = await trained(trlTrainer({ project, python, settings: { ...SETTINGS, steps: 2 } }), SET);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["metrics", "metrics", "done"],
    );
  });

  test("gleaner killed in the middle: Python goes with it, and the next training finds a clean place", {
    timeout: 120_000,
  }, async (t) => {
    const project = tinyProject(t);
    const script = join(import.meta.dirname, "train-once.ts");
    const parent = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, project, python]);
    await once(createInterface({ input: parent.stdout }), "line");
    const [child] = trainings(project);
    assert(child && isAlive(child));
    const gone = once(parent, "exit");
    parent.kill("SIGKILL");
    await gone;
    while (isAlive(child)) await sleep(50);
    const [left, ...others] = readdirSync(join(project, "checkpoints")).toSorted();
    assert.match(left!, new RegExp(`^\\.new\\.${parent.pid}-[0-9a-f]{8}\\.unfinished$`));
    assert.deepEqual(others, ["base"]);
    // As the next command does.
    removeUnfinished(join(project, "checkpoints"), (pid) => !isAlive(pid));
    await trained(trlTrainer({ project, python, settings: { ...SETTINGS, steps: 1 } }), SET);
    assert.deepEqual(readdirSync(join(project, "checkpoints")).toSorted(), ["base", "new"]);
  });

  test("one of two processes crashes in the middle: it is trained once more, to the same weights", {
    timeout: 240_000,
  }, async (t) => {
    const project = tinyProject(t);
    const settings = { ...SETTINGS, batch: 2, steps: 20 };
    const trainer = trlTrainer({ project, python, settings, accelerateConfig: twoProcesses(project) });
    const events: TrainEvent[] = [];
    for await (const event of trainer.train({ set: SET, from: BASE, id: "new" as never, seed: 1 })) {
      // The launcher comes first, its processes behind it.
      if (events.length === 3) process.kill(trainings(project).at(-1)!, "SIGABRT");
      events.push(event);
    }
    const again = events.filter((event) => event.kind === "again").map(({ reason }) => reason);
    assert.match(
      again.join("\n"),
      /^crashed: worker 1 of \S+ was ended by SIGABRT: .*; its whole output: \S+new\.log$/,
    );
    assert.match(readFileSync(join(project, "training-logs", "new.log"), "utf8"), /Signal 6 \(SIGABRT\)/);
    assert.equal(events.at(-1)!.kind, "done");
    await trained(trainer, SET, { id: "undisturbed" as never });
    const weights = (id: string) => readFileSync(join(project, "checkpoints", id, "model.safetensors"));
    assert(weights("new").equals(weights("undisturbed")));
  });

  test("stopped while two processes train: both are gone", { timeout: 120_000 }, async (t) => {
    const project = tinyProject(t);
    const settings = { ...SETTINGS, batch: 2, steps: 100_000 };
    const trainer = trlTrainer({ project, python, settings, accelerateConfig: twoProcesses(project) });
    const stop = new AbortController();
    let running = 0;
    const training = async () => {
      for await (const _ of trainer.train({
        ...{ set: SET, from: BASE, id: "new" as never, seed: 1 },
        signal: stop.signal,
      })) {
        running = trainings(project).length;
        stop.abort();
      }
    };
    await assert.rejects(training(), (error) => trlReasonOf(error) === "stopped");
    assert(running >= 2, `${running} processes`);
    while (trainings(project).length > 0) await sleep(50);
    assert.deepEqual(readdirSync(join(project, "checkpoints")), ["base"]);
  });
});
