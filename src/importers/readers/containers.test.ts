// Whatever an agent thought, said, called and was answered is read from every container that tells it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CONTAINERS } from "../../../test/containers.ts";
import { conversations, messagesOf } from "../../../test/conversations.ts";
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
      { numRuns: 100 },
    );
  });
}
