/** `gleaner import --env none` as somebody runs it who has logs of their own: what is missing, wrong or too much is told. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gleanerHere } from "../../../test/command-here.ts";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";

const { folder, write } = scratchFolder();
const chat = (n: number) => [
  { role: "user", content: `Question ${n}` },
  { role: "assistant", content: "An answer." },
];

const importing = (context: TestContext, file: string, ...flags: string[]) =>
  gleanerHere(context, "import", file, ...flags, "--project", join(folder, "project"));

test("episodes whose logs do not tell how they ended are left out, with what to do; --ended is not the log's word", async (t) => {
  const file = write("untold.jsonl", jsonLines([{ messages: chat(1) }, { messages: chat(2), reward: 1 }]));
  const { code, output } = await importing(t, file, "--env", "none", "--out", "some");
  assert.equal(code, 0, output);
  assert.match(output, /left out: no ending is told +│ +1 │/);
  assert.match(output, /untold\.jsonl:1, task goal-\w+: the log does not tell how it ended/);
  assert.match(
    output,
    /say where a record tells it: --reward PATH or --success PATH\n.*: --ended won or --ended lost\n/,
  );
  assert.match(output, /run some: 1 episode kept as logged, 1 of them won/);
  const all = await importing(t, file, "--env", "none", "--ended", "lost", "--out", "all");
  assert.match(all.output, /│ won +│ +1 │\n│ not told +│ +1 │/);
  assert.match(all.output, /not told: 1, kept as lost, as --ended says/);
  assert.match(all.output, /run all: 2 episodes kept as logged, 1 of them won/);
});

test("a world is asked for, and flags that would do nothing are refused", async (t) => {
  const file = write("chats.jsonl", jsonLines([{ messages: chat(1), reward: 1 }]));
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /--env: expected the world of the logs .*, or none, which keeps them as they are/],
    [["--env", "none", "--acts-with", "search"], /--acts-with: not with --env none, which keeps every turn and call/],
    [["--env", "none", "--spelling", "react", "--format", "messages"], /--spelling: not with --env none/],
    [
      ["--env", "none", "--step-fields", "action=did"],
      /takes these flags together: --env none is for messages, .*; --step-fields is for gleaner/,
    ],
    [
      ["--env", "workshop", "--messages", "a", "--step-fields", "action=did"],
      /together: --step-fields is for gleaner; --messages is for messages/,
    ],
  ];
  for (const [flags, message] of refused) {
    const { code, output } = await importing(t, file, ...flags, "--out", "refused");
    assert.equal(code, 2, output);
    assert.match(output, message);
  }
});

test("a report on an import does not tell a name that nobody gave", async (t) => {
  const file = write("reported.jsonl", jsonLines([{ messages: chat(3), reward: 1 }]));
  assert.equal((await importing(t, file, "--env", "none", "--out", "reported")).code, 0);
  const report = ["report", "reported", "--markdown", "--project", join(folder, "project")];
  const { code, output } = await gleanerHere(t, ...report);
  assert.equal(code, 0, output);
  assert.match(output, /expert\/reported won 100\.0 %/);
  assert.match(output, /^- world: none/m);
  assert.doesNotMatch(output, /^- expert: null/m);
});

test("the summary counts every record, however few of them it lists", async (t) => {
  const file = write("many.jsonl", jsonLines(Array.from({ length: 10500 }, (_, n) => ({ messages: chat(n) }))));
  const { output } = await importing(t, file, "--env", "none", "--dry-run");
  assert.match(output, /left out: no ending is told +│ +10500 │/);
});
