/** The count itself: what is missing, or is there twice, must be found out, in every conversation that is damaged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../src/files/python-json.ts";
import { type LoggedEpisode, rowsOf } from "../../src/importers/reader.ts";
import { READERS } from "../../src/importers/readers/registry.ts";
import { type Base, CHATS } from "./bases.ts";
import { inventedOf, lostOf, readIn, saidIn } from "./counting.ts";
import { RICH_APIS } from "./rich-bases.ts";
import { RICH_CONTAINERS } from "./rich-containers.ts";
import { aside, rowOf } from "./said.ts";
import { WORLDS } from "./world-bases.ts";

const BASES = [...CHATS, ...RICH_APIS, ...RICH_CONTAINERS, ...WORLDS];

function episodesOf({ format, benchmark, row }: Base): LoggedEpisode[] {
  const reader = READERS[format]!({ benchmark });
  return rowsOf(reader, parseJson(JSON.stringify(row))).map((one) => reader.read(one));
}

/** `value` with a text emptied wherever it has Cyrillic letters, each text in turn. */
function* emptied(value: unknown): Generator<unknown> {
  if (typeof value === "string") {
    if (/[а-яё]/u.test(value)) yield "";
  } else if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) for (const other of emptied(one)) yield value.with(at, other);
  } else if (typeof value === "object" && value !== null)
    for (const [name, one] of Object.entries(value))
      for (const other of emptied(one)) yield { ...value, [name]: other };
}

test("a text that is missing in what was read is found out", () => {
  let tried = 0;
  for (const base of BASES) {
    const said = saidIn(base.said(rowOf(base.row)), { aside, ...base });
    const [first, ...others] = episodesOf(base);
    // Of a world's step the completion says again what thought and action say; without a world, the messages are all.
    const parts = first!.chat
      ? { chat: first!.chat }
      : { steps: first!.steps.map((step) => ({ ...step, completion: "" })) };
    for (const less of emptied(parts)) {
      const lost = lostOf(said, readIn([{ ...first!, ...(less as object) }, ...others]), ["reminder"]);
      assert.notEqual(lost, undefined, `${base.name}: ${JSON.stringify(less).slice(0, 400)}`);
      tried += 1;
    }
  }
  assert(tried > 500, `${tried} texts`);
});

test("a call that is missing, and a text that is read twice, are found out", () => {
  for (const base of CHATS) {
    const [first] = episodesOf(base);
    const { messages } = first!.chat!;
    const at = messages.findIndex(({ toolCalls }) => toolCalls);
    const { toolCalls, ...rest } = messages[at]!;
    const less = { ...first!, chat: { ...first!.chat!, messages: messages.with(at, rest) } };
    const said = saidIn(base.said(rowOf(base.row)), { aside, ...base });
    const calls = base.calls?.(rowOf(base.row)) ?? said.calls;
    assert(calls > 0, base.name);
    assert.match(String(lostOf({ ...said, calls }, readIn([less]), [])), /calls$/, base.name);
    const twice = { ...first!, chat: { ...first!.chat!, messages: [...messages, ...messages, ...messages] } };
    if (!base.isCopied) assert.match(String(inventedOf(base.row, readIn([twice]))), /is read/, base.name);
  }
});

test("what is left out must be told as often as it is there", () => {
  const said = saidIn(
    [
      { aside: "picture", content: "снимок" },
      { aside: "picture", content: "вид" },
    ],
    { aside },
  );
  const nothing = { calls: 0, characters: new Map<string, number>() };
  assert.equal(lostOf(said, nothing, ["picture"]), "2 times picture, told 1 times");
  assert.equal(lostOf(said, nothing, ["picture", "picture"]), undefined);
});
