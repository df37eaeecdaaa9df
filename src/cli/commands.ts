/** The commands: a file in commands/ and one line here each. The file is loaded when its command is asked for. */
import type { Command } from "commander";

interface CommandEntry {
  readonly name: string;
  /** What it does, in `gleaner --help` and at the top of its own help. */
  readonly summary: string;
  /** Its file, which gives the command its arguments, options and action. */
  load(): Promise<{ register(command: Command): void }>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "a built-in world: an expert with failures → BC, RFT×6, EEF → table and report",
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "import",
    summary: "read logs of another agent and replay every episode that can be",
    load: () => import("./commands/import.ts"),
  },
  { name: "expert", summary: "make expert trajectories", load: () => import("./commands/expert.ts") },
  {
    name: "play",
    summary: "play yourself, in the terminal or (webshop) in a browser; recorded as an expert's trajectories",
    load: () => import("./commands/play.ts"),
  },
  {
    name: "verify",
    summary: "play every trajectory of a run again and compare what the world answers",
    load: () => import("./commands/verify.ts"),
  },
  {
    name: "probe",
    summary: "before any method is run: would it pay to mine the expert's failures, or to sample more from the start?",
    load: () => import("./commands/probe.ts"),
  },
  {
    name: "run",
    summary: "run an experiment; started again after a kill, it goes on where it was",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "report",
    summary: "tables, intervals, costs, probe curves and the leakage check of one or more runs",
    load: () => import("./commands/report.ts"),
  },
  {
    name: "compare",
    summary: "compare two runs on the tasks that both evaluated",
    load: () => import("./commands/compare.ts"),
  },
  {
    name: "export",
    summary: "write what a run learned from as the files of another training tool, or check such files",
    load: () => import("./commands/export.ts"),
  },
  { name: "runs", summary: "list the runs of this project", load: () => import("./commands/runs.ts") },
  {
    name: "dump",
    summary: "print the whole store as JSON lines (equal runs print equal bytes)",
    load: () => import("./commands/dump.ts"),
  },
  {
    name: "env",
    summary: "list the environments, or offer one as JSON lines (docs/stdio-protocol.md)",
    load: () => import("./commands/env.ts"),
  },
  {
    name: "model",
    summary: "list pretrained models that can be fetched, or fetch one",
    load: () => import("./commands/model.ts"),
  },
  {
    name: "doctor",
    summary: "what this machine has, what is missing and how to get it",
    load: () => import("./commands/doctor.ts"),
  },
];
