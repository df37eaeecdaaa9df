import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { callLength, commonPieces, piecesOf } from "./conversation.ts";

const message = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 80 });
const conversation = fc.array(message, { minLength: 1, maxLength: 9 });

test("pieces are the conversation, in calls that hold them", () => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const pieces = piecesOf(messages);
      assert.deepEqual(pieces.flat(), messages.flat());
      for (const piece of pieces) {
        assert(piece.length >= 1);
        assert(callLength(piece) >= piece.length);
      }
    }),
  );
});

test("a conversation that goes on keeps its pieces", () => {
  fc.assert(
    fc.property(conversation, message, message, (messages, answer, reply) => {
      const before = piecesOf(messages);
      assert.equal(commonPieces(before, piecesOf([...messages, answer, reply])), before.length);
    }),
  );
});

test("what counts as common ends at the first piece that differs in any token", () => {
  const pieces = [[1, 2], [3], [4, 5]];
  assert.equal(commonPieces(pieces, pieces), 3);
  assert.equal(commonPieces(pieces, [[1, 2], [3, 4], [5]]), 1);
  assert.equal(commonPieces(pieces, [[1, 3], [3], [4, 5]]), 0);
});
