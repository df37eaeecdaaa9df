import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { cases } from "../../test/cases.ts";
import { KINDS, randomParameters, TINY } from "../../test/tiny-model.ts";
import type { Answered } from "./answer.ts";
import type { Architecture } from "./architecture.ts";
import { callLength, piecesOf } from "./conversation.ts";
import { type Decoder, openDecoder, ROWS, type RowChunk } from "./decoder.ts";
import { decodingGraph } from "./decoding-graph.ts";
import { openSession } from "./onnx.ts";
import { createScheduler, type Request, type Scheduler } from "./scheduler.ts";

const STOP = 2;
async function sessionOf(config: Architecture) {
  const session = await openSession(decodingGraph(config, randomParameters(config, 1), ROWS), 1);
  after(() => session.release());
  return session;
}

const session = await sessionOf(TINY);

/** What a row has read, call by call. */
type History = readonly { readonly tokens: readonly number[]; readonly length: number }[];

/** What all schedulers of a test have in common: the requests made, as beginnings of their pieces, and the logits seen. */
interface Common {
  readonly beginnings: Set<string>;
  readonly bits: Map<string, string>;
}

const nothingInCommon = (): Common => ({ beginnings: new Set(), bits: new Map() });

function announce({ chunks }: Request, { beginnings }: Common): void {
  const pieces = piecesOf(chunks);
  for (let count = 0; count <= pieces.length; count++) beginnings.add(JSON.stringify(pieces.slice(0, count)));
}

/** The canonical partition: pieces of a request in calls of their length, then an answer token by token. */
function checkPartition(history: History, { beginnings }: Common): void {
  const isPiece = (call: History[number]) => call.length > 1;
  const firstToken = history.findIndex((call) => !isPiece(call));
  const pieces = firstToken === -1 ? history : history.slice(0, firstToken);
  assert(beginnings.has(JSON.stringify(pieces.map(({ tokens }) => tokens))), `no request begins with ${pieces}`);
  for (const { tokens, length } of pieces) assert.equal(length, callLength(tokens));
  for (const call of history.slice(pieces.length)) assert(!isPiece(call) && call.tokens.length === 1);
}

/**
 * Watches a decoder: each row's reads must continue what the row holds, in the canonical partition, and the same reads
 * must always have given the same bits.
 */
function watched(decoder: Decoder, common: Common): Decoder & { readonly reads: number } {
  const histories = new Map<number, History>();
  let reads = 0;
  const upTo = (row: number, position: number): History => {
    const history = histories.get(row) ?? [];
    let tokens = 0;
    let calls = 0;
    while (tokens < position) tokens += history[calls++]!.tokens.length;
    assert.equal(tokens, position, `row ${row} continues at ${position}, inside a call`);
    return history.slice(0, calls);
  };
  return {
    get reads() {
      return reads;
    },
    async read(chunks: readonly RowChunk[], length: number) {
      reads += 1;
      assert.equal(new Set(chunks.map(({ row }) => Math.floor(row / ROWS))).size, 1);
      const found = await decoder.read(chunks, length);
      chunks.forEach(({ row, tokens, position }, i) => {
        const history = [...upTo(row, position), { tokens: [...tokens], length }];
        histories.set(row, history);
        const bits = Buffer.from(found[i]!.slice().buffer).toString("hex");
        checkPartition(history, common);
        const key = JSON.stringify(history);
        assert.equal(bits, common.bits.get(key) ?? bits, `logits after ${key}`);
        common.bits.set(key, bits);
      });
      return found;
    },
    copy(from, to, length) {
      histories.set(to, upTo(from, length));
      decoder.copy(from, to, length);
    },
  };
}

interface Episode {
  readonly opening: readonly number[];
  readonly replies: readonly (readonly number[])[];
  readonly choices: readonly (readonly number[])[] | undefined;
  readonly temperature: number;
  readonly seed: number;
}

// Few tokens, so that episodes often begin alike.
const token = fc.integer({ min: 3, max: 5 });
const anyToken = fc.integer({ min: 3, max: TINY.vocab_size - 1 });
const episode: fc.Arbitrary<Episode> = fc.record({
  opening: fc.oneof(fc.array(token, { minLength: 1, maxLength: 3 }), fc.constant(Array.from({ length: 90 }, () => 3))),
  replies: fc.array(fc.array(token, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  choices: fc.option(fc.array(fc.array(anyToken, { maxLength: 3 }), { minLength: 1, maxLength: 5 }), {
    nil: undefined,
  }),
  temperature: fc.constantFrom(0, 1),
  seed: fc.integer({ min: 0, max: 3 }),
});

/** All answers of an episode; each turn's request holds the whole conversation. */
async function play({ submit }: Scheduler, episode: Episode, common: Common): Promise<string> {
  const chunks: (readonly number[])[] = [[1, ...episode.opening, STOP]];
  const answers: Answered[] = [];
  for (const reply of episode.replies) {
    const { temperature, seed, choices } = episode;
    const request = {
      chunks: [...chunks],
      temperature,
      seed: seed + answers.length,
      choices,
      maxTokens: 4,
      stop: STOP,
    };
    announce(request, common);
    const answered = await submit(request);
    answers.push({ ...answered, tokens: [...answered.tokens] });
    chunks.push([...answered.tokens, STOP], [...reply, STOP]);
  }
  return JSON.stringify(answers);
}

for (const [kind, config] of KINDS) {
  test(`an answer depends on its request alone: not on slots, order, neighbours or what is cached, ${kind}`, async () => {
    const session = await sessionOf(config);
    const common = nothingInCommon();
    await fc.assert(
      fc.asyncProperty(
        fc.array(episode, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(1, 2, 5, ROWS + 2),
        fc.integer({ min: 1, max: 8 }),
        async (episodes, slots, atOnce) => {
          const alone: string[] = [];
          for (const one of episodes) {
            alone.push(await play(createScheduler(watched(openDecoder(config, session), common), 1), one, common));
          }
          const scheduler = createScheduler(watched(openDecoder(config, session), common), slots);
          const together: string[] = [];
          let next = 0;
          const worker = async () => {
            while (next < episodes.length) {
              const i = next++;
              together[i] = await play(scheduler, episodes[i]!, common);
            }
          };
          await Promise.all(Array.from({ length: atOnce }, worker));
          assert.deepEqual(together, alone);
        },
      ),
      cases(40),
    );
    assert(common.bits.size > 25);
  });
}

const request = (chunks: number[][], more: Partial<Request> = {}): Request => ({
  chunks,
  maxTokens: 4,
  temperature: 0,
  seed: 0,
  stop: STOP,
  ...more,
});

test("a longer conversation reads only what is new", async () => {
  const common = nothingInCommon();
  const decoder = watched(openDecoder(TINY, session), common);
  const { submit } = createScheduler(decoder, 4);
  const choices = [[7], [8]];
  const chunks = [[1, 3, 4, 5, STOP]];
  for (let turn = 0; turn < 5; turn++) {
    const before = decoder.reads;
    const asked = request([...chunks], { choices });
    announce(asked, common);
    const { tokens } = await submit(asked);
    assert.equal(decoder.reads - before, 1);
    chunks.push([...tokens, STOP], [3, 4, STOP]);
  }
});

test("requests with one beginning read it once", async () => {
  const common = nothingInCommon();
  const decoder = watched(openDecoder(TINY, session), common);
  const { submit } = createScheduler(decoder, 8);
  const chunks = Array.from({ length: 21 }, (_, i) => [3 + (i % 3), STOP]);
  const choices = [[7], [8]];
  announce(request(chunks), common);
  await Promise.all([0, 1, 2, 3, 4].map((seed) => submit(request(chunks, { choices, seed, temperature: 1 }))));
  // One reads ten pieces while the others wait; then all read the last one in one call.
  assert.equal(decoder.reads, 11);
});

test("an answer that needs no model is given without one", async () => {
  const common = nothingInCommon();
  const decoder = watched(openDecoder(TINY, session), common);
  const { submit } = createScheduler(decoder, 1);
  const answered = await submit(request([[1, 3]], { choices: [[5, 6, STOP]] }));
  assert.deepEqual(answered, { tokens: [5, 6], finishReason: "stop" });
  assert.equal(decoder.reads, 0);
});

test("a failing model rejects every request, and the next one is tried", async () => {
  const decoder = openDecoder(TINY, session);
  let broken = true;
  const read: Decoder["read"] = (chunks, length) => {
    if (broken) return Promise.reject(new Error("out of memory"));
    return decoder.read(chunks, length);
  };
  const { submit } = createScheduler({ ...decoder, read }, 2);
  const results = await Promise.allSettled([0, 1, 2, 3].map((seed) => submit(request([[1, 3]], { seed }))));
  for (const result of results) {
    assert.equal(result.status, "rejected");
    assert.match(String(result.reason), /out of memory/);
  }
  broken = false;
  assert((await submit(request([[1, 3]]))).tokens.length <= 4);
});
