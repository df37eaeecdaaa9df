/**
 * Logs of every API, in tags, in every container and of every world, each damaged by the hundred. What is read must hold every
 * call and every character that the damaged log has, but for what is told as left out, by a count that shares no code with
 * the readers; and it must hold nothing twice.
 */
import type { Json } from "../../src/core/json.ts";
import { random } from "../../src/core/random.ts";
import { parseJson } from "../../src/files/python-json.ts";
import { type LoggedEpisode, rowsOf } from "../../src/importers/reader.ts";
import { READERS } from "../../src/importers/readers/registry.ts";
import { mutated } from "../mutating.ts";
import { type Base, CHATS } from "./bases.ts";
import { inventedOf, lostOf, readIn, saidIn } from "./counting.ts";
import type { HostileCase, Reading } from "./judging.ts";
import { RICH_APIS } from "./rich-bases.ts";
import { RICH_CONTAINERS } from "./rich-containers.ts";
import { aside, rowOf } from "./said.ts";
import { UNUSED, WORLDS } from "./world-bases.ts";

/** Damaged copies of each conversation. */
const COPIES = Number(process.env.GLEANER_HOSTILE_COPIES ?? 600);
/** What stands where something else is expected: all of it counts if it is read as something that is said. */
const ODD: readonly Json[] = [
  ...[null, true, 9, -0.9, 9e300, "", "\u0000\u001b[31m", "\ud83d", "ОК".toLowerCase(), "ж".repeat(5000)],
  ...[[], {}, [[["ю"]]], { э: "щ" }],
];

export function* hostileChats(): Generator<HostileCase> {
  for (const base of [...CHATS, ...RICH_APIS, ...RICH_CONTAINERS, ...WORLDS]) {
    yield { name: `${base.name}: good`, place: "", expected: "read", read: () => read(base, base.row) };
    for (let seed = 0; seed < COPIES; seed++) {
      const draw = random("hostile chat", base.name, seed);
      let row = base.row;
      for (let times = 1 + draw.integer(2); times > 0; times--) row = mutated(row, draw, ODD);
      yield { name: `${base.name}, seed ${seed}`, place: /./, read: () => read(base, row) };
    }
  }
}

function read(base: Base, row: Json): Reading {
  const reader = READERS[base.format]!({ benchmark: base.benchmark });
  const record = parseJson(JSON.stringify(row));
  const episodes: LoggedEpisode[] = rowsOf(reader, record).map((one) => reader.read(one));
  const damaged = JSON.parse(JSON.stringify(row)) as unknown;
  const said = saidIn(base.said(rowOf(damaged)), { aside, ...base });
  const found = readIn(episodes);
  const calls = base.calls?.(rowOf(damaged)) ?? said.calls;
  const leftOut = episodes.flatMap((episode) => [
    ...(episode.leftOut ?? []),
    ...Array<string>(episode.unusedThoughts).fill(UNUSED),
  ]);
  const lost =
    lostOf({ ...said, calls }, found, leftOut) ?? (episodes.length === 1 ? inventedOf(damaged, found) : undefined);
  return { lost: lost && `${lost}; the damage: ${differences(base.row, row).slice(0, 5).join(", ")}` };
}

/** Where two values differ: `messages.3.content: "a" is "b"`. */
function differences(good: unknown, bad: unknown, path = ""): string[] {
  const inside = [good, bad].every((value) => typeof value === "object" && value !== null);
  if (!inside) {
    const [was, is] = [good, bad].map((value) => String(JSON.stringify(value)).slice(0, 200));
    return was === is ? [] : [`${path}: ${was} is ${is}`];
  }
  const names = new Set([...Object.keys(good as object), ...Object.keys(bad as object)]);
  const of = (value: unknown, name: string) => (value as Readonly<Record<string, unknown>>)[name];
  return [...names].flatMap((name) =>
    differences(of(good, name), of(bad, name), path === "" ? name : `${path}.${name}`),
  );
}
