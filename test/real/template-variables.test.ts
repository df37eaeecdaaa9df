/**
 * Template variables and the day with the real parties: transformers renders what we render, TRL trains it, and the server that
 * comes with transformers shows it.
 */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Message } from "../../src/core/message.ts";
import { checkPrompts } from "../../src/endpoints/prompt-check.ts";
import { launchServer } from "../../src/students/served/launch.ts";
import { trlTrainer } from "../../src/students/served/trainer.ts";
import { tokenDifferences } from "../../src/students/served/trl/token-check.ts";
import { openTokenizerWith } from "../../src/tokenizers/chat-tokenizer.ts";
import { datedTemplate } from "../../src/tokenizers/dated-template.ts";
import { templateMessage } from "../../src/tokenizers/message-values.ts";
import type { TemplateVariables } from "../../src/tokenizers/template-variables.ts";
import { context, DATED, demonstration, learned, THINKING } from "../chat-checkpoint.ts";
import { temporaryFolder } from "../temporary.ts";
import { python, skip, tinyCheckpoint, tinyProject, trained } from "./real.ts";

const VARIABLES: TemplateVariables = { enable_thinking: false, date: "2019-02-03" };
const MESSAGES: readonly Message[] = [
  { role: "user", content: "find the mug" },
  { role: "assistant", content: "go to shelf 1" },
  { role: "user", content: "You see a mug." },
];

/** The tiny checkpoint with another chat template. */
function checkpointWith(template: string): string {
  const folder = join(temporaryFolder(), "checkpoint");
  cpSync(tinyCheckpoint(), folder, { recursive: true });
  writeFileSync(join(folder, "chat_template.jinja"), template);
  return folder;
}

test("transformers renders with the same variables, on the same day", { skip }, async () => {
  const folder = checkpointWith(DATED);
  const ids = openTokenizerWith(folder, VARIABLES).prompt(MESSAGES);
  const rows = [{ messages: MESSAGES.map(templateMessage), prompt: true, ids }];
  assert.deepEqual(await tokenDifferences({ python, folder, rows, template: VARIABLES }), []);
  const other = { ...VARIABLES, date: "2019-02-04" };
  assert.equal((await tokenDifferences({ python, folder, rows, template: other })).length, 1);
});

test("with its day written into it, transformers renders a template as on that day, whatever today is", {
  skip,
}, async () => {
  const folder = checkpointWith(DATED);
  const ids = openTokenizerWith(folder, VARIABLES).prompt(MESSAGES);
  const fixed = checkpointWith(datedTemplate(folder, false, "2019-02-03"));
  const rows = [{ messages: MESSAGES.map(templateMessage), prompt: true, ids }];
  const template = { enable_thinking: false };
  assert.deepEqual(await tokenDifferences({ python, folder: fixed, rows, template }), []);
});

test("TRL trains what was rendered with them, after its own tokenizer agreed", { skip }, async (t) => {
  const project = tinyProject(t);
  writeFileSync(join(project, "checkpoints", "base", "chat_template.jinja"), DATED);
  const settings = { steps: 1, batch: 1, loraRank: 0 };
  const set = { kind: "sft", examples: [demonstration(context("user", "find it"), learned("go"))] } as const;
  const events = await trained(trlTrainer({ project, python, settings: { ...settings, template: VARIABLES } }), set);
  assert.equal(events.at(-1)?.kind, "done");
});

/** What the server that comes with transformers shows, started with `flags`, beside ours with `ours`. */
async function served(t: TestContext, flags: readonly string[], ours: TemplateVariables | undefined, sent = ours) {
  const folder = checkpointWith(THINKING);
  const program = join(dirname(python), "transformers");
  const command = [program, "serve", "{checkpoint}", "--port", "{port}", "--device", "cpu", ...flags];
  const server = await launchServer({ command, checkpoint: folder, startupMs: 200_000 });
  t.after(server.close);
  return checkPrompts({
    server: { urls: [server.url], model: folder, ...(sent && { template: sent }) },
    openTokenizer: () => openTokenizerWith(folder, ours),
    hasTools: false,
  });
}

test("the server that comes with transformers takes them, and tells how long its prompts are", { skip }, async (t) => {
  const variables = { enable_thinking: false };
  const same = await served(t, [], variables);
  assert.equal(same.difference, undefined);
  assert.match(same.check.note, /by their number of tokens only/);
  // Those that it was started with are its own.
  const other = await served(t, ["--chat-template-kwargs", JSON.stringify(variables)], undefined);
  assert.match(other.difference!, /^a prompt of \d+ tokens, expected \d+/);
});
