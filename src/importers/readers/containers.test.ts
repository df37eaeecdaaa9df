// Whatever an agent thought, said, called and was answered is read from every container that tells it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cases } from "../../../test/cases.ts";
import { CONTAINERS } from "../../../test/containers.ts";
import { conversations, messagesOf } from "../../../test/conversations.ts";
import { CliError } from "../../core/errors.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { rowsOf } from "../reader.ts";
import { READERS } from "./registry.ts";

const benchmark = withoutWorld();

for (const [format, { record, lacks = [] }] of Object.entries(CONTAINERS)) {
  test(`${format}: read equal, with all that the container tells`, () => {
    const reader = READERS[format]!({ benchmark });
    fc.assert(
      fc.property(conversations, (told) => {
        const rows = rowsOf(reader, JSON.parse(JSON.stringify(record(told))));
        assert.equal(rows.length, 1);
        const { chat, end, leftOut } = reader.read(rows[0]);
        const expected = messagesOf(told, lacks);
        assert.deepEqual(chat!.messages, expected);
        const spoken = expected.flatMap(({ role }, at) => (role === "assistant" ? [at] : []));
        assert.deepEqual(chat!.turns, spoken);
        assert.equal(end?.return, lacks.includes("rewards") ? undefined : told.reward);
        assert.equal(chat!.tools?.[0]?.name, lacks.includes("tools") ? undefined : "find_order");
        assert.equal(leftOut, undefined);
      }),
      cases(100),
    );
  });
}

/** Values that stand where others are expected. */
const odd = fc.constantFrom<unknown>(
  null,
  true,
  7,
  -0.5,
  "",
  [],
  {},
  [[[]]],
  [null],
  { a: null },
  "attachment://x",
  "\ud83d",
);

/** `value` with what stands at one place of it replaced, deleted or repeated; `path` says where. */
function damaged(value: unknown, path: readonly number[], fate: number, other: unknown): unknown {
  const [turn, ...rest] = path;
  if (turn === undefined || typeof value !== "object" || value === null) return other;
  if (Array.isArray(value)) {
    if (value.length === 0) return other;
    const at = turn % value.length;
    if (fate === 0 && rest.length === 0) return value.toSpliced(at, 1);
    if (fate === 1 && rest.length === 0) return value.toSpliced(at, 0, value[at]);
    return value.with(at, damaged(value[at], rest, fate, other));
  }
  const names = Object.keys(value);
  if (names.length === 0) return other;
  const name = names[turn % names.length]!;
  const { [name]: inner, ...others } = value as Record<string, unknown>;
  if (fate === 2 && rest.length === 0) return others;
  return { ...others, [name]: damaged(inner, rest, fate, other) };
}

for (const [format, { record }] of Object.entries(CONTAINERS)) {
  test(`${format}: what is damaged is read or refused by name, never a crash`, () => {
    const reader = READERS[format]!({ benchmark });
    const path = fc.array(fc.nat(20), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(conversations, path, fc.nat(5), odd, (told, place, fate, other) => {
        const row = damaged(JSON.parse(JSON.stringify(record(told))), place, fate, other);
        try {
          for (const one of rowsOf(reader, row)) reader.read(one);
        } catch (error) {
          if (!(error instanceof CliError)) throw error;
          assert.notEqual(error.message, "");
        }
      }),
      cases(400),
    );
  });
}
