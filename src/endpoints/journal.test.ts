import assert from "node:assert/strict";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { openServer } from "../../test/openai-server.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import type { CompletionRequest } from "../core/policy.ts";
import { openJournal } from "./journal.ts";
import { serverModel } from "./model.ts";

const server = await openServer({ ignores: ["seed"] });
after(() => server.close());
const model = serverModel({ urls: [server.url], model: "tiny" });
const ask = (seed: number, text = "hello"): CompletionRequest => ({
  messages: [{ role: "user", content: text }],
  temperature: 1,
  maxTokens: 20,
  seed,
});
const nothing = () => false;

test("what was answered before a run stopped is answered again, at no cost, and only that", async () => {
  const path = join(temporaryFolder(), "journals", "run.jsonl");
  const first = openJournal(path, nothing).before(model);
  const answers = [await first.complete(ask(1)), await first.complete(ask(2)), await first.complete(ask(3))];
  const asked = server.asked.length;
  // Killed while it wrote.
  appendFileSync(path, '{"key":"torn');

  const again = openJournal(path, (seed) => seed === 3);
  assert.deepEqual(again.spent, {
    requests: 2,
    promptTokens: answers[0]!.usage.promptTokens + answers[1]!.usage.promptTokens,
    completionTokens: answers[0]!.usage.completionTokens + answers[1]!.usage.completionTokens,
    unaccounted: 0,
  });
  const second = again.before(model);
  assert.deepEqual(await second.complete(ask(1)), answers[0]);
  assert.deepEqual(await second.complete(ask(2)), answers[1]);
  assert.equal(server.asked.length, asked);
  const others = [ask(3), ask(1, "other"), { ...ask(1), temperature: 0.5 }, { ...ask(1), maxTokens: 19 }];
  for (const other of others) await second.complete(other);
  assert.equal(server.asked.length, asked + others.length);
  assert.equal(openJournal(path, nothing).spent.requests, 2 + others.length);
  again.remove();
  assert(!existsSync(path));
  assert.equal(openJournal(path, nothing).spent.requests, 0);
});
