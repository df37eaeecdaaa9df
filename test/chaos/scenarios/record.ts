/** `gleaner expert record`, from a server on loopback that counts what it is asked. */
import assert from "node:assert/strict";
import { random } from "../../../src/core/random.ts";
import { type Asked, openServer } from "../../openai-server.ts";
import type { Scenario } from "../scenario.ts";

const CONCURRENCY = 3;
/** What is asked of a server before the first recording, to learn what it heeds. */
const PROBING = 16;

const answer = ({ messages, seed = 0, temperature }: Asked) => {
  const draws = random("answer", JSON.stringify(messages), temperature > 0 ? seed : 0);
  return `Thought: where to?\n\nAction: go ${draws.pick(["barn", "mill", "attic", "cellar"])}\n`;
};

/** How many of the requests had been asked before. */
const repeatedIn = (asked: readonly string[]) => asked.length - new Set(asked).size;

export const record: Scenario = {
  name: "expert record",
  faults: {
    SIGKILL: 25,
    SIGTERM: 5,
    SIGINT: 5,
    "double start": 10,
    "full disk": 6,
    // A damaged copy would pay for what the original pays for, too.
    "locked store": 6,
  },
  async open() {
    const server = await openServer({ answer, contextTokens: 100_000, latencyMs: 4 });
    const small = "--tasks 12 --max-steps 12 --max-tokens 20 --temperature 1".split(" ");
    const limits = ["--concurrency", String(CONCURRENCY)];
    const common = ["expert", "record", "--env", "workshop", "--server", server.url, "--model", "tiny"];
    let calm = 0;
    let probing: ReadonlySet<string> = new Set();
    let from = 0;
    const since = () => server.asked.slice(from).map(({ raw }) => raw);
    return {
      args: () => [...common, ...small, ...limits, "--out", "big"],
      folders: [],
      begin: () => {
        from = server.asked.length;
      },
      progress: () => server.asked.length - from,
      calm() {
        calm = server.asked.length;
        probing = new Set(server.asked.slice(0, PROBING).map(({ raw }) => raw));
        assert.equal(repeatedIn(since().filter((raw) => !probing.has(raw))), 0);
      },
      expectPaidOnce(faults) {
        const again = repeatedIn(since().filter((raw) => !probing.has(raw)));
        // What is in flight when a process dies is asked again, nothing else.
        assert(again <= faults * CONCURRENCY, `${again} of ${calm} requests were paid twice after ${faults} faults`);
      },
      close: () => server.close(),
    };
  },
};
