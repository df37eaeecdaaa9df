// The exact training row: of a real embedded student, of a chat tokenizer, by stored ids; and what other tools would train.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chatCheckpoint, TEMPLATES } from "../../../test/chat-checkpoint.ts";
import { runSmall, smallConfig } from "../../../test/small-experiment.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { viewOn } from "../../../test/viewed.ts";
import { VECTOR_RUN, vectorStore } from "../../../test/viewer-store.ts";
import { rowsIn } from "../../cli/view-rows.ts";
import type { CheckpointId, TrajectoryId } from "../../core/ids.ts";
import { EXPORTERS } from "../../exporters/registry.ts";
import type { Row, TargetSays } from "../api/transcript.ts";
import type { View } from "../view.ts";
import { keyOf } from "./rounds.ts";
import { rowOf, targetOf } from "./row.ts";

const folder = join(temporaryFolder(), "project");
const { repository } = await runSmall(folder, smallConfig(["{ method: eef, probes: 2 }", "{ method: eto }"]), {
  seeds: [1],
});
const view = viewOn(repository, rowsIn({ folder, repository }));
const roundOf = (method: string) => repository.rounds("small").find((round) => round.method.startsWith(method))!;

/** What each tool says of an example. */
async function saidOf(of: View, run: string, key: string, position: string): Promise<Record<string, TargetSays>> {
  const { targets } = rowOf(of, run, key, position)!;
  const said = await Promise.all(targets.map((target) => targetOf(of, run, key, position, target)));
  return Object.fromEntries(said.map((each) => [each!.target, each!]));
}

/** Words of what is learned, as messages and as tokens have them. */
const saidBy = ({ messages }: Row, side: string) =>
  messages
    .flatMap((message) => (message.side === side && message.learned ? message.content.text.split(/\s+/) : []))
    .filter(Boolean);
const learnedBy = ({ rows }: Row, side: string) =>
  rows
    .filter((row) => row.side === side)
    .flatMap(({ tokens }) => tokens.filter(({ learned }) => learned).map(({ text }) => text))
    .join("")
    .split(/\s+|<end>/)
    .filter(Boolean);

test("an embedded student's row: its own tokens, of which exactly the learned messages with their ends are learned", async () => {
  const round = roundOf("BC");
  const row = rowOf(view, "small", keyOf(round), "0")!;
  assert.equal(row.tokensFrom, `tokenizer of ${round.checkpoint}`);
  assert.equal(row.missing, null);
  assert.deepEqual(learnedBy(row, "example"), saidBy(row, "example"));
  const [{ tokens } = { tokens: [] }] = row.rows;
  assert.equal(tokens[0]!.text, "<bos>");
  assert.equal(
    tokens.filter(({ text, learned }) => text === "<end>" && learned).length,
    row.messages.filter(({ learned }) => learned).length,
  );
  const stored = repository.example(round.trainingSet, 0)!;
  assert("messages" in stored);
  assert.deepEqual(
    row.messages.map(({ role, content, learned }) => [role, content.text, learned]),
    stored.messages.map(({ role, content, weight }) => [role, content, weight === 1]),
  );
  assert(
    row.messages.every(({ learned, reason, step }) => learned === (reason !== null) && learned === (step !== null)),
  );
});

test("what other tools would train: all of them, each as its own reader has it, or why it refuses", async () => {
  const row = rowOf(view, "small", keyOf(roundOf("BC")), "0")!;
  assert.deepEqual(
    row.targets,
    EXPORTERS.map(({ name }) => name),
  );
  const mask = row.messages.map(({ learned }) => learned);
  const told = await saidOf(view, "small", keyOf(roundOf("BC")), "0");
  assert.deepEqual(told.trl, { target: "trl", learned: mask, refusal: null });
  assert.deepEqual(told.axolotl!.learned, mask);
  assert.match(told["trl-tokenized"]!.refusal!, /writes token ids: expected --tokenizer/);
  for (const { learned, refusal } of Object.values(told)) assert.equal(learned === null, refusal !== null);
});

test("a tool whose files the disk refuses is told apart from one that refuses the example, and can be asked again", async (t) => {
  const ask = (target: string) => targetOf(view, "small", keyOf(roundOf("BC")), "0", target);
  const { TMPDIR } = process.env;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  const another = temporaryFolder();
  const file = join(another, "file");
  writeFileSync(file, "");
  process.env.TMPDIR = file;
  await assert.rejects(ask("trl"), { name: "StoreError", message: /file: cannot be written: a part of this path/ });
  process.env.TMPDIR = another;
  assert.equal((await ask("trl"))!.refusal, null);
  assert.equal(await ask("nothing"), null);
});

test("an example that begins behind an important state: tools that cannot mask before it refuse, and say what they lack", async () => {
  const { repository: vectors } = { repository: await vectorStore() };
  const { examples } = vectors.trainingSet(vectors.rounds(VECTOR_RUN)[1]!.trainingSet)!;
  const recovery = examples.findIndex((each) => "source" in each && each.source === "0101-BC-probe-6-0");
  const row = rowOf(viewOn(vectors), VECTOR_RUN, "1.1.1", `${recovery}`)!;
  const mask = row.messages.map(({ learned }) => learned);
  assert(mask.includes(true) && row.messages.some(({ role, learned }) => role === "assistant" && !learned));
  const told = await saidOf(viewOn(vectors), VECTOR_RUN, "1.1.1", `${recovery}`);
  assert.deepEqual(told.openai!.learned, mask, "OpenAI's files have a weight for each message");
  assert(
    Object.values(told).some(({ refusal }) => refusal !== null && /mask|learn/.test(refusal)),
    JSON.stringify(told),
  );
  // Nobody kept a folder of this checkpoint, and no model told its ids.
  assert.deepEqual([row.tokensFrom, row.rows], [null, []]);
  assert.match(row.missing!, /^the folder of checkpoint EEF M=3:1 is gone, or the student is hosted$/);
  assert.equal(rowOf(viewOn(vectors), VECTOR_RUN, "1.1.1", "99"), null);
  assert.equal(rowOf(viewOn(vectors), VECTOR_RUN, "9.1.1", "0"), null);
});

test("both sides of a preference", async () => {
  const round = roundOf("ETO");
  assert(repository.exampleCount(round.trainingSet)! > 0, "this run must make a pair");
  const row = rowOf(view, "small", keyOf(round), "0")!;
  assert.deepEqual(
    row.rows.map(({ side }) => side),
    ["preferred", "rejected"],
  );
  for (const side of ["preferred", "rejected"]) assert.deepEqual(learnedBy(row, side), saidBy(row, side));
  assert.deepEqual(
    (await targetOf(view, "small", keyOf(round), "0", "eto"))!.learned,
    row.messages.map(({ learned }) => learned),
  );
});

test("a pretrained student's row is that of its chat template; without a folder, the ids that the model told", async (t) => {
  const round = roundOf("BC");
  const chat = chatCheckpoint(t, { template: TEMPLATES.chatml });
  const place = join(folder, "checkpoints", round.checkpoint);
  renameSync(place, `${place}.aside`);
  mkdirSync(place);
  cpSync(chat, place, { recursive: true });
  const pretrained = {
    ...repository,
    run: (name: string) => ({ ...repository.run(name)!, config: { student: { kind: "pretrained" } } }),
  };
  const chatting = viewOn(pretrained, rowsIn({ folder, repository: pretrained }));
  const row = rowOf(chatting, "small", keyOf(round), "0")!;
  assert.equal(row.tokensFrom, `tokenizer of ${round.checkpoint}`);
  const text = row.rows.map(({ tokens }) => tokens.map(({ text }) => text).join("")).join("");
  assert.match(text, /<\|im_start\|>assistant\n/);
  assert.equal((await targetOf(chatting, "small", keyOf(round), "0", "trl-tokenized"))!.refusal, null);

  const told = {
    ...repository,
    trajectory: (id: TrajectoryId) => {
      const found = repository.trajectory(id)!;
      const steps = found.steps.map((step, index) => ({
        ...step,
        tokenIds:
          index === 0
            ? { prompt: [7, 8], completion: [9] }
            : { shared: 3 * index, prompt: [10, 11], completion: [12 + index] },
      }));
      return { ...found, steps };
    },
    checkpoint: (id: CheckpointId) => ({ ...repository.checkpoint(id)!, at: { kind: "hosted" as const, model: "m" } }),
  };
  const byIds = rowOf(viewOn(told, rowsIn({ folder, repository: told })), "small", keyOf(round), "0")!;
  assert.equal(byIds.tokensFrom, "token ids as the model wrote them");
  const shown = byIds.rows[0]!.tokens.slice(0, 6).map(({ id, learned }) => `${id}${learned ? "+" : ""}`);
  assert.deepEqual(shown, ["7", "8", "9+", "10", "11", "13+"]);
});
