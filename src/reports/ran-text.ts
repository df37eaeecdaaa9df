/** What was run, in a few lines, and the whole config as a table. */
import type { Ran, RanTiming } from "../analysis/ran.ts";
import type { Report } from "../analysis/report.ts";
import { type Json, leaves } from "../core/json.ts";
import type { DatasetConfig } from "../core/run.ts";
import { auditText } from "./audit-text.ts";
import { type Fact, type Section, tableOf } from "./document.ts";
import { whole } from "./numbers.ts";

/** Which program wrote a document, and when. Not part of a report: it follows from the stored run alone. */
export interface Written {
  /** Version and commit. */
  readonly by: string;
  readonly at: Date;
}

/** What the worlds, their audits and the servers say about themselves. */
export const aboutText = ({ ran, worlds, servers }: Pick<Report, "ran" | "worlds" | "servers">): Fact[] => [
  ...worlds.map((text) => ({ name: "about the world", text })),
  ...ran.flatMap(({ audit }) => (audit?.notes ?? []).map((text) => ({ name: "about the world", text }))),
  ...servers.map((text) => ({ name: "about the server", text })),
];

/** World, expert, student, training, seeds and times of each run. */
export const ranText = ({ ran }: Pick<Report, "ran">): Fact[] =>
  ran.flatMap((each) => factsOfRun(each, ran.length > 1));

export function factsOf(report: Report, written: Written | undefined): Fact[] {
  return [
    ...ranText(report),
    ...aboutText(report),
    ...(report.unsolved.tasks > 0 ? [{ name: "tasks", text: tasksText(report) }] : []),
    ...(written
      ? [{ name: "this report", text: `written ${day(written.at.toISOString())} by gleaner ${written.by}` }]
      : []),
  ];
}

type Settings = Readonly<Record<string, Json | undefined>>;

function factsOfRun({ run, kind, config, seeds, audit, timing }: Ran, several: boolean): Fact[] {
  const { environment, expert, student, training } = config as Settings;
  const said: readonly (readonly [string, Json | undefined])[] = [
    ["world", environment],
    ["expert", expert],
    ["student", student],
    ["training", training],
  ];
  const facts = [
    { name: "kind", text: kind === "experiment" ? "" : `${kind} (no method was trained)` },
    { name: "chosen", text: kind === "dataset" ? chosenText(config as unknown as DatasetConfig) : "" },
    ...said.map(([name, value]) => ({
      name,
      // null: an import that was told no name takes that of each file.
      text: value === undefined || value === null ? "" : settingsText(value, name === "student" ? "kind" : "name"),
    })),
    { name: "put back", text: kind === "experiment" ? auditText(audit) : "" },
    { name: "seeds", text: seeds.join(", ") },
    { name: "ran", text: timing ? timingText(timing) : "" },
  ];
  const known = facts.filter(({ text }) => text !== "");
  return several ? known.map(({ name, text }) => ({ name: `${run}: ${name}`, text })) : known;
}

/** `bc from mine, other`. */
const chosenText = ({ method, sources }: DatasetConfig) => `${method} from ${sources.map(({ run }) => run).join(", ")}`;

/** `workshop, kind front, trainTasks 120`: what it is comes first, and what is true says so by being there. */
function settingsText(value: Json, what = "name"): string {
  if (Array.isArray(value)) return value.map((each) => settingsText(each, what)).join("; ");
  if (value === null || typeof value !== "object") return String(value);
  const { [what]: name, ...rest } = value as { readonly [key: string]: Json };
  const said = [...leaves(rest)].flatMap(([path, inner]) => {
    if (inner === null || (typeof inner === "object" && Object.keys(inner).length === 0)) return [];
    return inner === true ? path : `${path} ${Array.isArray(inner) ? inner.join(" ") : inner}`;
  });
  return [...(name === undefined ? [] : [String(name)]), ...said].join(", ");
}

const tasksText = ({ unsolved, splits }: Report) =>
  `${whole(unsolved.tasks)} training tasks over all seeds; evaluated on ${splits.length > 0 ? `split ${splits.join(", ")}` : "none"}`;

function timingText({ from, to, programs }: RanTiming): string {
  const [first, last] = [minute(from), minute(to)];
  const when = first.slice(0, 10) === last.slice(0, 10) ? `${first} to ${last.slice(11)}` : `${first} to ${last}`;
  return `${when} UTC${programs.length > 0 ? `, gleaner ${programs.join(", then ")}` : ""}`;
}

const minute = (iso: string) => iso.slice(0, 16).replace("T", " ");
const day = (iso: string) => iso.slice(0, 10);

/** Every setting of every run, as stored. */
export function configSection({ ran }: Report): Section[] {
  const several = ran.length > 1;
  const rows = ran.flatMap(({ run, config }) =>
    [...leaves(config)].map(([path, value]) => [...(several ? [run] : []), path, JSON.stringify(value)]),
  );
  if (rows.length === 0) return [];
  const table = tableOf([...(several ? ["run"] : []), "setting", "value"], [], rows);
  const notes = ["As the run resolved it: defaults filled in; paths and what only decides the speed left out."];
  return [{ title: "The config", table, notes, isDetail: true }];
}
