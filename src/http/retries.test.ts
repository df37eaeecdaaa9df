import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../core/random.ts";
import { askedWaitMs, pause, type RetrySettings, type Try, withRetries } from "./retries.ts";

const HOUR_MS = 3_600_000;
const settings = (more: Partial<RetrySettings> = {}): RetrySettings => ({
  ...{ retries: 3, backoffMs: 1, draws: random(1), signal: new AbortController().signal },
  ...more,
});
const passing = (waitMs = 0): Try<string> => ({ waitMs, giveUp: (why) => new Error(why) });

/** Answers in this order, and how many of them were asked for. */
function answering(...answers: readonly (Try<string> | Error)[]) {
  const asked = { count: 0, attempt };
  async function attempt(): Promise<Try<string>> {
    const answer = answers[asked.count++]!;
    if (answer instanceof Error) throw answer;
    return answer;
  }
  return asked;
}

test("the first result counts, and what is thrown is not tried again", async () => {
  const late = answering(passing(), passing(2), { result: "found" });
  assert.equal(await withRetries(settings(), late.attempt), "found");
  assert.equal(late.count, 3);
  const broken = answering(passing(), new Error("broken"), { result: "found" });
  await assert.rejects(withRetries(settings(), broken.attempt), { message: "broken" });
  assert.equal(broken.count, 2);
});

test("it gives up after all tries, and where the server asks for an hour", async () => {
  const busy = answering(...Array.from({ length: 9 }, () => passing()));
  await assert.rejects(withRetries(settings(), busy.attempt), { message: "no tries left" });
  assert.equal(busy.count, 4);
  const late = answering(passing(HOUR_MS), { result: "found" });
  await assert.rejects(withRetries(settings(), late.attempt), { message: "too long a wait" });
  assert.equal(late.count, 1);
  const once = answering(passing(HOUR_MS));
  await assert.rejects(withRetries(settings({ retries: 0 }), once.attempt), { message: "no tries left" });
});

test("waits that timers cannot count are waited all the same, and the user hears of long ones", async () => {
  const controller = new AbortController();
  const heard: string[] = [];
  const say = (line: string) => {
    heard.push(line);
    controller.abort(new Error("heard"));
  };
  const asked = answering(passing(), { result: "found" });
  // Node ends a timer of more than 2³¹ ms at once.
  const long = settings({ backoffMs: 1e11, signal: controller.signal, say, name: "http://here" });
  await assert.rejects(withRetries(long, asked.attempt), { message: "heard" });
  assert.equal(asked.count, 1);
  assert.match(heard.join(), /^http:\/\/here: the next attempt is in \d+ s$/);
  const silent = new AbortController();
  const waiting = pause(2 ** 31 + 5, silent.signal);
  setTimeout(() => silent.abort(new Error("still waiting")), 20);
  await assert.rejects(waiting, { message: "still waiting" });
});

test("a wait ends when its signal does, with the signal's reason", async () => {
  const controller = new AbortController();
  const asked = answering(passing(60_000), { result: "found" });
  const waiting = withRetries(settings({ signal: controller.signal }), asked.attempt);
  setImmediate(() => controller.abort(new Error("closed")));
  await assert.rejects(waiting, { message: "closed" });
  assert.equal(asked.count, 1);
  await assert.rejects(pause(0, controller.signal), { message: "closed" });
});

test("the waits follow from the seed: two draws for each", async () => {
  const draws = random(7);
  await withRetries(settings({ draws }), answering(passing(), passing(1), { result: "" }).attempt);
  const same = random(7);
  for (let drawn = 0; drawn < 4; drawn++) same.next();
  assert.equal(draws.next(), same.next());
});

test("a server's wish is read in milliseconds first, then in seconds or as a date", () => {
  const asked = (fields: Record<string, string>) => askedWaitMs(new Headers(fields));
  assert.equal(asked({ "retry-after-ms": "250.5", "retry-after": "9" }), 250.5);
  assert.equal(asked({ "retry-after": "0.05" }), 50);
  assert.equal(asked({ "retry-after": "-3" }), 0);
  assert.equal(asked({ "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }), 0);
  assert(asked({ "retry-after": new Date(Date.now() + HOUR_MS).toUTCString() }) > HOUR_MS / 2);
  assert.equal(asked({ "retry-after": "soon" }), 0);
  assert.equal(asked({ "retry-after": "in 2090" }), 0);
  assert.equal(asked({ "retry-after": "Infinity" }), 0);
  assert.equal(asked({ "retry-after": "9".repeat(400) }), Number.POSITIVE_INFINITY);
  assert.equal(askedWaitMs(undefined), 0);
});
