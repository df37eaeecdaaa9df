import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/temporary.ts";
import { StoreError } from "../../core/errors.ts";
import type { CompletionRequest, LanguageModel } from "../../core/policy.ts";
import { rolloutJournals } from "./rollout-journals.ts";

const ask: CompletionRequest = {
  messages: [{ role: "user", content: "go" }],
  temperature: 1,
  maxTokens: 5,
  seed: 1,
};

/** A model that counts what it is asked. */
function counting() {
  const asked: number[] = [];
  const model: LanguageModel = {
    name: "checkpoint",
    async complete({ seed }) {
      asked.push(seed);
      return { text: `answer ${asked.length}`, finishReason: "stop", usage: { promptTokens: 1, completionTokens: 1 } };
    },
    async close() {},
  };
  return { asked, model };
}

test("a journal goes only when everybody who opened it has closed it and was told to forget", async () => {
  const project = temporaryFolder();
  const path = join(project, "journals", "run", "checkpoint.jsonl");
  const { asked, model } = counting();
  const journals = rolloutJournals(project, "run");
  const closedOnly = journals.before(model);
  const { text } = await closedOnly.complete(ask);
  await closedOnly.close();
  assert(existsSync(path), "its episodes may not be stored: the disk was full, or the run was stopped");

  const [first, second] = [journals.before(model), journals.before(model)];
  assert.equal((await first.complete(ask)).text, text);
  assert.deepEqual(asked, [1]);
  first.forget!();
  await first.close();
  assert(existsSync(path), "the second one is still at work");
  second.forget!();
  await second.close();
  assert(!existsSync(path));
});

test("of two who opened a journal, one that was not told to forget keeps it", async () => {
  const project = temporaryFolder();
  const { model } = counting();
  const journals = rolloutJournals(project, "run");
  const [first, second] = [journals.before(model), journals.before(model)];
  await first.close();
  second.forget!();
  await second.close();
  assert(existsSync(join(project, "journals", "run", "checkpoint.jsonl")));
});

test("a journal that cannot be made is an error that names it", () => {
  const { model } = counting();
  assert.throws(() => rolloutJournals("/dev/null", "run").before(model), {
    name: StoreError.name,
    message: /dev.null.journals.run.checkpoint\.jsonl: cannot be written: a part of this path is a file/,
  });
});
