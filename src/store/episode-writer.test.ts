// The writer of episodes as a long import has it: from the first transaction on in a thread of its own.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { checkEpisodes, several } from "../../test/contract/repository-episodes.ts";
import { dumpOf } from "../../test/contract/repository-runs.ts";
import { run } from "../../test/contract/samples.ts";
import { temporaryFolder } from "../../test/temporary.ts";
import { StoreError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import type { Run } from "../core/run.ts";
import { episodeWriter } from "./episode-writer.ts";
import { episodeRows } from "./parcel.ts";
import { openSqlite, openStore } from "./sqlite.ts";

const folder = temporaryFolder();
const newPath = () => join(mkdtempSync(join(folder, "store-")), "store.sqlite");

const writerTo = (path: string, to: Run) =>
  episodeWriter(to, {
    rowsOf: (episode) => episodeRows(episode, (whole) => whole),
    add: () => assert.fail("written in this thread"),
    path,
    mostWrittenHereMs: 0,
  });

const withThread = (path: string): Repository => ({ ...openStore(path), addingEpisodes: (to) => writerTo(path, to) });

suite("in a thread", () => {
  checkEpisodes((title, body) => {
    test(title, async () => {
      const repository = withThread(newPath());
      try {
        await body(repository);
      } finally {
        repository.close();
      }
    });
  });

  test("it stores the same as without a thread", async () => {
    const [here, there] = [openSqlite(":memory:"), withThread(newPath())];
    for (const repository of [here, there]) {
      const { add, end } = repository.addingEpisodes(run);
      for (const episode of several(700)) await add(episode);
      await end();
    }
    assert.deepEqual(dumpOf(there), dumpOf(here));
    for (const repository of [here, there]) repository.close();
  });

  test("a store that cannot be opened is told of, and the writer ends", async () => {
    const path = join(folder, "nowhere", "store.sqlite");
    const writer = writerTo(path, run);
    await writer.add(several(1)[0]!);
    await assert.rejects(writer.end(), { name: StoreError.name, message: /nowhere/ });
  });
});
