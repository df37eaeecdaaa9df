/** `gleaner export` as a user runs it, on the store of a finished run. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mock, test } from "node:test";
import { chatCheckpoint, THINKING } from "../../../test/chat-checkpoint.ts";
import { addSyntheticRun } from "../../../test/synthetic-run.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { openSqlite } from "../../store/sqlite.ts";
import { main } from "../main.ts";
import { chosenRound } from "../training-set.ts";

const project = temporaryFolder();
const repository = openSqlite(join(project, "store.sqlite"));
addSyntheticRun(repository);
repository.addRun({ name: "empty", kind: "play", config: {} });

test("the flags choose one training set, or the error lists what there is", () => {
  const choose = (run: string, flags: Parameters<typeof chosenRound>[2]) => chosenRound(repository, run, flags);
  assert.equal(choose("demo", { method: "EEF", seed: 2, iteration: 1 }).method, "EEF");
  assert.throws(
    () => choose("demo", { method: "EEF" }),
    /run "demo": 4 training sets fit; choose one of these with --method.*RFT×2/s,
  );
  assert.throws(() => choose("demo", { seed: 3 }), /no training set fits these flags/);
  assert.throws(() => choose("empty", {}), /has trained nothing/);
  assert.throws(() => choose("none", {}), /there is no run "none"/);
});

test("equal training sets of several rounds are one", () => {
  const rounds = repository.rounds("demo").filter(({ method }) => method === "BC");
  const { trainingSet } = rounds[0]!;
  repository.addRun({ name: "twice", kind: "experiment", config: {} });
  for (const round of rounds) repository.addRound({ ...round, run: "twice", trainingSet });
  assert.equal(chosenRound(repository, "twice", {}).trainingSet, trainingSet);
});

/** Runs a command in this process: its exit code, and what it printed. */
async function gleaner(...args: string[]): Promise<{ readonly code: number; readonly printed: string }> {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const log = mock.method(console, "log", print);
  const error = mock.method(console, "error", print);
  const code = await main([...args, "--project", project]);
  log.mock.restore();
  error.mock.restore();
  process.exitCode = undefined;
  return { code, printed: printed.join("\n") };
}

test("an export is written, checked, and found out when a mark is flipped", async () => {
  const out = join(project, "out");
  const flags = ["--method", "EEF", "--seed", "1", "--iteration", "2"];
  const written = await gleaner("export", "demo", "--to", "openai", "--out", out, ...flags);
  assert.match(written.printed, /demo, EEF, seed 1, iteration 2: 74 demonstrations/);
  assert.match(written.printed, /learned turns 449, masked turns 128/);
  const checked = await gleaner("export", "--check", out);
  assert.match(checked.printed, /out: the files teach the 449 stored turns and no others/);
  // Nobody can look at how a service renders them.
  assert.match(checked.printed, /not known: what the service shows the model before each turn/);
  assert.deepEqual([written.code, checked.code], [0, 0]);

  const path = join(out, "train.jsonl");
  const text = readFileSync(path, "utf8");
  assert(text.includes('"weight":0'));
  writeFileSync(path, text.replace('"weight":0', '"weight":1'));
  const found = await gleaner("export", "--check", out);
  assert.equal(found.code, 1);
  assert.match(found.printed, /train\.jsonl:\d+, message \d+ +│ learned, although it is masked/);
  assert.match(found.printed, /2 differences from what is stored/);
  const wrong = await gleaner("export", "other", "--check", out);
  assert.deepEqual(wrong, { code: 2, printed: `gleaner: ${out} was exported from run "demo", not from "other"` });
});

test("what splitting cost is told", async () => {
  const flags = [
    "--to",
    "llamafactory",
    "--out",
    join(project, "split"),
    "--method",
    "EEF",
    "--seed",
    "1",
    "--iteration",
    "2",
  ];
  const refused = await gleaner("export", "demo", ...flags);
  assert.equal(refused.code, 2);
  assert.match(refused.printed, /--split-turns writes a row for each learned message instead/);
  const { printed } = await gleaner("export", "demo", ...flags, "--split-turns");
  assert.match(printed, /split: 449 rows instead of 74; an epoch reads 4\.2 times as much text/);
});

test("what a tool cannot be told is left out where that is asked for, counted by reason, and checked without", async () => {
  const flags = ["--to", "agentgym", "--method", "EEF", "--seed", "1", "--iteration", "2"];
  const refused = await gleaner("export", "demo", ...flags, "--out", join(project, "some"));
  assert.equal(refused.code, 2);
  assert.match(refused.printed, /example \d+ .*--leave-out writes the set without \d+ of its 74 examples/);
  const { code, printed } = await gleaner("export", "demo", ...flags, "--leave-out", "--out", join(project, "some"));
  assert.equal(code, 0);
  const [, count] = /^left out: (\d+) examples?: it /m.exec(printed)!;
  const manifest = JSON.parse(readFileSync(join(project, "some", "export.json"), "utf8"));
  assert.deepEqual(manifest.leftOut[0].examples.length, Number(count));
  const rows = manifest.files[0].rows;
  const gone = manifest.leftOut.flatMap(({ examples }: { examples: number[] }) => examples);
  assert.equal(rows + gone.length, 74);
  const checked = await gleaner("export", "--check", join(project, "some"));
  assert.equal(checked.code, 0);
  assert.match(checked.printed, /the files teach the \d+ stored turns and no others\n.*\nleft out: \d+ example/);
  const nothing = await gleaner(
    "export",
    "demo",
    ...flags.with(1, "slime"),
    "--leave-out",
    "--out",
    join(project, "all"),
  );
  assert.doesNotMatch(nothing.printed, /left out/);
});

test("what cannot be done says which flag is missing", async () => {
  const errors = [
    await gleaner("export", "demo", "--to", "nothing", "--out", "x"),
    await gleaner("export", "demo", "--to", "trl"),
    await gleaner("export", "--check", project),
  ];
  assert.deepEqual(
    errors.map(({ code }) => code),
    [2, 2, 2],
  );
  assert.match(errors[0]!.printed, /--to: expected one of trl,/);
  assert.match(errors[1]!.printed, /--out: expected the folder/);
  assert.match(errors[2]!.printed, /expected the manifest of an export/);
});

test("token ids are rendered with the run's template variables, or with those of the flags", async (t) => {
  const model = chatCheckpoint(t, { template: THINKING });
  repository.addRun({
    name: "thoughtless",
    kind: "experiment",
    config: { student: { template: { enable_thinking: false } } },
  });
  const [round] = repository.rounds("demo");
  repository.addRound({ ...round!, run: "thoughtless" });
  const exported = async (name: string, run: string, ...flags: string[]) => {
    const out = join(project, name);
    const common = ["export", run, "--to", "trl-tokenized", "--out", out, "--tokenizer", model];
    const { code, printed } = await gleaner(...common, ...flags);
    assert.equal(code, 0, printed);
    const checked = await gleaner("export", "--check", out, "--tokenizer", model);
    assert.equal(checked.code, 0, checked.printed);
    const { template } = JSON.parse(readFileSync(join(out, "export.json"), "utf8"));
    return { rows: readFileSync(join(out, "train.jsonl"), "utf8"), template };
  };
  const demo = ["--method", round!.method, "--seed", String(round!.seed), "--iteration", String(round!.iteration)];
  const plain = await exported("plain", "demo", ...demo);
  const stored = await exported("stored", "thoughtless");
  const flagged = await exported("flagged", "demo", ...demo, "--template-variable", "enable_thinking=false");
  const other = await exported("other", "thoughtless", "--template-variable", "enable_thinking=true");
  assert.deepEqual([plain.template, stored.template], [undefined, { enable_thinking: false }]);
  assert.deepEqual([flagged.template, other.template], [{ enable_thinking: false }, { enable_thinking: true }]);
  assert.equal(stored.rows, flagged.rows);
  assert.equal(other.rows, plain.rows);
  assert.notEqual(stored.rows, plain.rows);
});

test("a template variable that changes nothing is refused", async (t) => {
  const model = chatCheckpoint(t, { template: THINKING });
  const refused = async (...flags: string[]) => {
    const { code, printed } = await gleaner("export", "demo", "--to", "trl-tokenized", "--out", "x", ...flags);
    assert.equal(code, 2);
    return printed;
  };
  const flags = ["--method", "EEF", "--seed", "1", "--iteration", "1", "--template-variable"];
  const withModel = ["--tokenizer", model, ...flags];
  assert.match(
    await refused(...withModel, "think=1"),
    /--template-variable think: unknown variable "think": expected one/,
  );
  assert.match(await refused(...withModel, "date=today"), /--template-variable date: expected a day as YYYY-MM-DD/);
  assert.match(await refused(...withModel, "think"), /--template-variable "think": expected key=value/);
  assert.match(await refused(...flags, "enable_thinking=false"), /--template-variable: expected --tokenizer as well/);
  const { printed } = await gleaner("export", "--check", join(project, "out"), "--template-variable", "a=1");
  assert.match(printed, /--template-variable: not with --check/);
});
