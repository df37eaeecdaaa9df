import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { randomParameters, TINY } from "../../test/tiny-model.ts";
import type { Answered } from "./answer.ts";
import { ALONE_THEN_TOGETHER } from "./call-plan.ts";
import { type Decoder, openDecoder } from "./decoder.ts";
import { ANY, decodingGraph } from "./decoding-graph.ts";
import { openSession } from "./onnx.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

const STOP = 2;
const session = await openSession(decodingGraph(TINY, randomParameters(TINY, 1), ANY), 1);
after(() => session.release());

const decoderOf = (rows: number): Decoder => openDecoder(TINY, session, { rows, stretches: true });
const bitsOf = (logits: Float32Array) => Buffer.from(logits.slice().buffer).toString("hex");

test("a row's bits depend neither on its place nor on how many rows a call reads", async () => {
  const tokens = Array.from({ length: 60 }, (_, i) => (i * 5 + 3) % TINY.vocab_size);
  const alone = decoderOf(1);
  const crowded = decoderOf(7);
  await crowded.read([{ row: 6, tokens: tokens.toReversed(), position: 0 }], 60);
  await crowded.read([{ row: 6, tokens: tokens.slice(0, 20), position: 60 }], 20);
  let position = 0;
  for (const length of [23, 1, 1, 9, 1, 1]) {
    const own = { tokens: tokens.slice(position, position + length), position };
    const [expected] = await alone.read([{ row: 0, ...own }], length);
    const expectedBits = bitsOf(expected!);
    for (const others of [[], [1, 5], [0, 1, 2, 4, 5]]) {
      const neighbours = others.map((row) => ({ row, tokens: own.tokens.toReversed(), position: 0 }));
      const found = (await crowded.read([...neighbours, { row: 3, ...own }], length)).at(-1)!;
      assert.equal(bitsOf(found), expectedBits, `${length} tokens at ${position} beside rows ${others}`);
    }
    position += length;
  }
});

interface Episode {
  readonly opening: readonly number[];
  readonly replies: readonly (readonly number[])[];
  readonly seed: number;
}

// Few tokens, so that episodes often begin alike; the longest opening is two pieces.
const token = fc.integer({ min: 3, max: 5 });
const episode: fc.Arbitrary<Episode> = fc.record({
  opening: fc.oneof(fc.array(token, { minLength: 1, maxLength: 3 }), fc.constant(Array.from({ length: 130 }, () => 3))),
  replies: fc.array(fc.array(token, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  seed: fc.integer({ min: 0, max: 3 }),
});

/** All answers of an episode. Each turn's request holds the whole conversation, cut where the assistant speaks. */
async function play({ submit }: Scheduler, { opening, replies, seed }: Episode): Promise<Answered[]> {
  const chunks: (readonly number[])[] = [[1, ...opening]];
  const answers: Answered[] = [];
  for (const reply of replies) {
    const answered = await submit({ chunks: [...chunks], maxTokens: 4, temperature: 1, seed, stop: STOP });
    answers.push({ ...answered, tokens: [...answered.tokens] });
    chunks.push([...answered.tokens, STOP, ...reply]);
  }
  return answers;
}

test("an answer depends on its request alone: not on slots, order, neighbours or what is cached", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(episode, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 8 }),
      async (episodes, slots, atOnce) => {
        const alone: Answered[][] = [];
        for (const one of episodes) alone.push(await play(createScheduler(decoderOf(1), 1, ALONE_THEN_TOGETHER), one));
        const scheduler = createScheduler(decoderOf(slots), slots, ALONE_THEN_TOGETHER);
        const together: Answered[][] = [];
        let next = 0;
        const worker = async () => {
          while (next < episodes.length) {
            const index = next++;
            together[index] = await play(scheduler, episodes[index]!);
          }
        };
        await Promise.all(Array.from({ length: atOnce }, worker));
        assert.deepEqual(together, alone);
      },
    ),
    { numRuns: 12 },
  );
});

test("with a slot for each, a conversation that goes on reads only what is new", async () => {
  const slots = 3;
  const decoder = decoderOf(slots);
  const read: number[] = [];
  const counted: Decoder = {
    ...decoder,
    read(chunks, length) {
      if (length > 1) read.push(length);
      return decoder.read(chunks, length);
    },
  };
  const scheduler = createScheduler(counted, slots, ALONE_THEN_TOGETHER);
  const opening = (own: number) => Array.from({ length: 20 }, (_, i) => 3 + ((i * own) % 11));
  const replies = Array.from({ length: 4 }, () => [3, 4, 5]);
  const episodes = [1, 2, 3].map((own) => ({ opening: opening(own), replies, seed: own }));
  await Promise.all(episodes.map((one) => play(scheduler, one)));
  const openings = read.filter((length) => length === 21);
  assert.equal(openings.length, episodes.length);
  assert(read.every((length) => length === 21 || length <= 4 + 1 + 3));
});
