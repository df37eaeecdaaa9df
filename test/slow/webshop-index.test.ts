// A catalogue that is too large to be indexed anew each time: its index is kept in the cache folder.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { webshop } from "../../src/worlds/webshop/index.ts";

const folder = mkdtempSync(join(tmpdir(), "gleaner-webshop-index-"));
after(() => rmSync(folder, { recursive: true }));

test("a large catalogue's index is saved, and made again when it is damaged", async () => {
  const large = { generated: { products: 20_400 }, cache: folder };
  const observe = async () => {
    const benchmark = await webshop(large);
    const environment = await benchmark.open();
    const [task] = await benchmark.tasks("test");
    await environment.reset(task!, 0);
    return (await environment.step(`search[${task!.instruction}]`)).observation;
  };
  const built = await observe();
  const [file] = readdirSync(folder).filter((name) => name.startsWith("index-"));
  const written = statSync(join(folder, file!)).mtimeMs;
  assert.equal(await observe(), built);
  assert.equal(statSync(join(folder, file!)).mtimeMs, written);
  truncateSync(join(folder, file!), 5000);
  assert.equal(await observe(), built);
  assert(statSync(join(folder, file!)).size > 5000);
});
