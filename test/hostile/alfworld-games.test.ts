/** Damaged files of ALFWorld's games: each is played, or is one error that names its file. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { CliError } from "../../src/core/errors.ts";
import { alfworld } from "../../src/worlds/alfworld/index.ts";
import { alfworldGames, skipWithout } from "../shared.ts";
import { temporaryFolder } from "../temporary.ts";

const skip = skipWithout("alfworld/json_2.1.1.tar.xz");

test("a damaged game is one error that names its file", { skip }, async () => {
  const folder = temporaryFolder();
  const source = await alfworld({ data: alfworldGames() });
  const [task] = await source.tasks("valid_unseen");
  const { game } = task!.data as { game: string };
  const text = readFileSync(join(alfworldGames(), game), "utf8");
  const file = join(folder, "damaged", game);
  mkdirSync(join(file, ".."), { recursive: true });
  const mutation = fc.record({
    at: fc.nat(text.length - 1),
    length: fc.oneof(fc.nat(3), fc.nat(400)),
    by: fc.constantFrom(
      "",
      "(",
      ")",
      '\\"',
      "?x",
      " - ",
      "{",
      "}",
      "#",
      "[",
      "|",
      "&",
      "not",
      "\\u0000",
      "\\n",
      '"',
      "ü",
    ),
    cut: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(mutation, async ({ at, length, by, cut }) => {
      writeFileSync(file, cut ? text.slice(0, at) : text.slice(0, at) + by + text.slice(at + length));
      try {
        const benchmark = await alfworld({ data: join(folder, "damaged") });
        const [damaged] = await benchmark.tasks("valid_unseen");
        const environment = await benchmark.open();
        await environment.reset(damaged ?? task!, 0);
        for (const action of ["look", "inventory", "help"]) await environment.step(action);
      } catch (error) {
        refused += 1;
        assert(error instanceof CliError, String((error as Error).stack));
        assert(error.message.startsWith(`${file}: `), error.message);
      }
    }),
    { numRuns: 400, seed: 7 },
  );
  assert(refused > 100, `${refused} of 400 mutations were refused`);
});
