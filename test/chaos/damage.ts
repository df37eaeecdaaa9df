/** Damage that disks, people and half copies do to a project. */
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../src/core/random.ts";
import { storeOf } from "./state.ts";

const PAGE = 4096;

/** Does one damage to the project, drawn at random, and says which. */
export function damage(project: string, random: Random): string {
  const store = storeOf(project);
  const bytes = readFileSync(store);
  const checkpoints = filesBelow(join(project, "checkpoints"));
  const kinds: Readonly<Record<string, () => void>> = {
    "store halved": () => truncateSync(store, Math.floor(bytes.length / 2)),
    "store cut by 100 bytes": () => truncateSync(store, Math.max(0, bytes.length - 100)),
    "a page of the store overwritten": () => writeFileSync(store, overwritten(bytes, random)),
    "another file in place of the store": () => writeFileSync(store, "this is no store\n"),
    "store emptied": () => truncateSync(store, 0),
    ...(checkpoints.length > 0 && {
      "a checkpoint's file halved": () => {
        const file = random.pick(checkpoints);
        truncateSync(file, Math.floor(readFileSync(file).length / 2));
      },
      "a checkpoint's file gone": () => rmSync(random.pick(checkpoints)),
    }),
  };
  const what = random.pick(Object.keys(kinds));
  kinds[what]!();
  return what;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  // Node follows links to folders here; what they lead to is not the copy's to damage.
  const own = realpathSync(folder);
  const entries = readdirSync(own, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => realpathSync(file) === file);
}

/** One whole page, since half a page may be the text of one record, which nobody can tell from another text. */
function overwritten(bytes: Buffer, random: Random): Buffer {
  const pages = Math.max(1, Math.floor(bytes.length / PAGE));
  const from = PAGE * Math.floor(random.next() * pages);
  const noise = Uint8Array.from({ length: Math.min(PAGE, bytes.length - from) }, () => Math.floor(random.next() * 256));
  const changed = Buffer.from(bytes);
  changed.set(noise, from);
  return changed;
}
