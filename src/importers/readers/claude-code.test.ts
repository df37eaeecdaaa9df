// Claude Code: an answer is put together from its events, and what the model did not read is no part of a conversation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLines, scratchFolder } from "../../../test/logs.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { readLog, rowsOf } from "../reader.ts";
import { claudeCode } from "./claude-code.ts";

const { write } = scratchFolder();
const reader = claudeCode({ benchmark: withoutWorld() });
const event = (
  uuid: string,
  parentUuid: string | null,
  message: { readonly role: string; readonly [member: string]: unknown },
  more: object = {},
) => ({
  ...{ uuid, parentUuid, isSidechain: false, sessionId: "s", version: "2.0", type: message.role, message, ...more },
});
const user = (content: unknown) => ({ role: "user", content });
const assistant = (id: string, ...content: object[]) => ({
  role: "assistant",
  id,
  model: "m",
  type: "message",
  content,
});
const use = (id: string) => ({ type: "tool_use", id, name: "Bash", input: { command: id } });
const result = (id: string) => user([{ type: "tool_result", tool_use_id: id, content: `did ${id}` }]);
const text = (said: string) => ({ type: "text", text: said });
const read = (...events: object[]) => rowsOf(reader, { events }).map((row) => reader.read(row));
const said = (...events: object[]) =>
  read(...events).map(({ chat }) =>
    chat!.messages.map(({ role, content, toolCalls }) => [role, content, toolCalls?.length ?? 0]),
  );
const START = [event("1", null, user("Look.")), event("2", "1", assistant("a", text("I look."), use("x")))];

test("parallel calls, each with its result before the next one, are one turn", () => {
  const found = said(
    ...START,
    event("3", "2", result("x")),
    event("4", "2", assistant("a", use("y"))),
    event("5", "4", result("y")),
    event("6", "5", assistant("b", text("Done."))),
  );
  assert.deepEqual(found, [
    [
      ["user", "Look.", 0],
      ["assistant", "I look.", 2],
      ["tool", "did x", 0],
      ["tool", "did y", 0],
      ["assistant", "Done.", 0],
    ],
  ]);
});

test("what follows a compaction or /clear is another conversation, side chains too; the client's events are counted", () => {
  const episodes = read(
    { type: "summary", summary: "…", leafUuid: "9" },
    ...START,
    event("3", "2", result("x")),
    event("s1", null, user("Explore."), { isSidechain: true }),
    event("s2", "s1", assistant("s", text("Found it.")), { isSidechain: true }),
    event("4", "3", { role: "assistant", id: "z", model: "<synthetic>", content: [text("API Error")] }),
    { type: "system", subtype: "compact_boundary", uuid: "5", parentUuid: "4", content: "…" },
    event("6", "5", user("Summary: x."), { isCompactSummary: true }),
    event("7", "6", assistant("c", text("I go on."))),
    event("8", "7", user("<command-name>/clear</command-name>")),
    event("9", "8", user("Anew.")),
    event("10", "9", assistant("d", text("Yes."))),
    event("10", "9", assistant("d", text("Yes."))),
  );
  assert.deepEqual(
    episodes.map(({ chat, leftOut }) => [chat!.messages.map(({ content }) => content), leftOut]),
    [
      [
        ["Look.", "I look.", "did x"],
        ["event summary", "event assistant"],
      ],
      [["Explore.", "Found it."], undefined],
      [["Summary: x.", "I go on."], undefined],
      [["Anew.", "Yes."], undefined],
    ],
  );
});

test("a conversation that was taken up at an earlier message is refused; so are parts and lines that are not known", async () => {
  const back = event("3", "1", user("No, listen."));
  const fails = (message: RegExp, ...events: object[]) =>
    assert.throws(() => read(...events), { name: "CliError", message });
  fails(/line 3\.parentUuid: the conversation was taken up at an earlier message/, ...START, back);
  const progress = { type: "progress", uuid: "p", parentUuid: "1" };
  fails(/line 4\.parentUuid: the conversation was taken up/, ...START, progress, { ...back, parentUuid: "p" });
  fails(
    /line 2\.content\[0\].*found type "hologram"/,
    START[0]!,
    event("2", "1", assistant("a", { type: "hologram" })),
  );
  fails(/expected a message of the assistant, found none/, START[0]!);
  const problems: unknown[] = [];
  const files = [
    write("broken.jsonl", `${jsonLines(START)}{"type": "user"\n`),
    write("other.jsonl", jsonLines([{ messages: [] }])),
    write("good.jsonl", jsonLines(START)),
    write("empty.jsonl", ""),
  ];
  for (const file of files)
    for await (const record of readLog(reader, file))
      problems.push([record.line, record.kind === "malformed" ? record.problem : record.episode.steps.length]);
  assert.deepEqual(problems, [
    [3, "not JSON: expected an event"],
    [1, "type: expected the kind of an event, found nothing"],
    [1, 1],
  ]);
});
