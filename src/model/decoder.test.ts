import assert from "node:assert/strict";
import { after, test } from "node:test";
import { KINDS, randomParameters, TINY } from "../../test/tiny-model.ts";
import { openDecoder, ROWS } from "./decoder.ts";
import { decodingGraph } from "./decoding-graph.ts";
import { gradientEngine } from "./gradients.ts";
import { openSession } from "./onnx.ts";
import { randomStream } from "./random.ts";

const random = randomStream(2);
const conversation = Array.from({ length: 160 }, () => Math.floor(random.next() * TINY.vocab_size));

const bitsOf = (logits: Float32Array) => Buffer.from(logits.slice().buffer).toString("hex");

/** Reads the conversation on `row` in calls of these lengths, each with `padding` more places than tokens. */
async function readAll(
  decoder: ReturnType<typeof openDecoder>,
  { row, lengths, padding = 0 }: { row: number; lengths: readonly number[]; padding?: number },
) {
  const logits = new Map<number, Float32Array>();
  let position = 0;
  for (const length of lengths) {
    const tokens = conversation.slice(position, position + length);
    const [found] = await decoder.read([{ row, tokens, position }], length + padding);
    position += length;
    logits.set(position, found!.slice());
  }
  return logits;
}

for (const [kind, config] of KINDS) {
  const parameters = randomParameters(config, 1);
  const session = await openSession(decodingGraph(config, parameters, ROWS), 1);
  after(() => session.release());

  test(`reading on from the cache gives what a full pass gives, ${kind}`, async () => {
    const length = conversation.length - 1;
    const engine = gradientEngine(config, parameters);
    const { logProbabilities } = await engine.run({
      sequences: 1,
      length,
      tokens: BigInt64Array.from(conversation.slice(0, length), BigInt),
      places: BigInt64Array.from({ length }, (_, i) => BigInt(i)),
      targets: BigInt64Array.from(conversation.slice(1), BigInt),
      weights: new Float32Array(length).fill(1),
    });
    await engine.close();
    const lengths = [8, 1, 1, 16, 1, 5, 32, 1, 1, 1, 3, 61, 1];
    const found = await readAll(openDecoder(config, session), { row: 5, lengths, padding: 3 });
    assert.equal(found.size, lengths.length);
    for (const [position, logits] of found) {
      const highest = Math.max(...logits);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
      const logProbability = logits[conversation[position]!]! - highest - Math.log(total);
      const expected = logProbabilities[position - 1]!;
      assert(Math.abs(logProbability - expected) <= 1e-5, `place ${position}: ${logProbability}, expected ${expected}`);
    }
  });

  test(`a row's bits depend neither on its place, nor on its neighbours, nor on the cache's length, ${kind}`, async () => {
    const lengths = [16, 1, 1, 1, 8, 8, 1];
    const alone = await readAll(openDecoder(config, session), { row: 0, lengths });

    const crowded = openDecoder(config, session);
    const others = (count: number) => conversation.slice(7, 7 + count).reverse();
    // One long neighbour makes the bank's cache longer than this conversation needs.
    await crowded.read([{ row: 2, tokens: others(40), position: 60 }], 64);
    for (const row of [1, ROWS - 1, ROWS + 3]) {
      let position = 0;
      for (const length of lengths) {
        const tokens = conversation.slice(position, position + length);
        const neighbour = row - (row % ROWS) + 4;
        const chunks = [
          { row: neighbour, tokens: others(length), position: row },
          { row, tokens, position },
        ];
        const logits = (await crowded.read(chunks, length))[1]!;
        position += length;
        assert.equal(bitsOf(logits), bitsOf(alone.get(position)!), `row ${row}, after ${position} tokens`);
      }
    }
  });

  test(`a copied row goes on like the original, within a bank and between banks, ${kind}`, async () => {
    const decoder = openDecoder(config, session);
    const expected = await readAll(decoder, { row: 3, lengths: [64, 32, 8] });
    for (const to of [9, ROWS, 3 * ROWS + 1]) {
      decoder.copy(3, to, 96);
      const [logits] = await decoder.read([{ row: to, tokens: conversation.slice(96, 104), position: 96 }], 8);
      assert.equal(bitsOf(logits!), bitsOf(expected.get(104)!), `row ${to}`);
    }
  });

  test(`what a row held after the place where it reads on is forgotten, ${kind}`, async () => {
    const decoder = openDecoder(config, session);
    const expected = (await readAll(decoder, { row: 0, lengths: [16, 8] })).get(24)!;
    await decoder.read([{ row: 0, tokens: conversation.slice(50, 90), position: 16 }], 40);
    const [logits] = await decoder.read([{ row: 0, tokens: conversation.slice(16, 24), position: 16 }], 8);
    assert.equal(bitsOf(logits!), bitsOf(expected));
  });
}
