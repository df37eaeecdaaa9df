/** The commands: a file in commands/ and one line here each. The file is loaded when its command is asked for. */
import type { CommandEntry } from "./command-entry.ts";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "run the main job in a built-in world: an expert that fails, then BC, RFT×6 and EEF, then the report",
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "import",
    summary: "read the logs of another agent and replay every episode that can be replayed",
    load: () => import("./commands/import.ts"),
  },
  {
    name: "expert",
    summary: "make expert trajectories: with a script, from gold solutions, or with any model behind a server",
    load: () => import("./commands/expert.ts"),
  },
  {
    name: "play",
    summary: "play yourself, in the terminal or (WebShop) in a browser; your episodes are recorded as an expert's",
    load: () => import("./commands/play.ts"),
  },
  {
    name: "verify",
    summary: "replay every trajectory of a run and compare what the world answers with what was recorded",
    load: () => import("./commands/verify.ts"),
  },
  {
    name: "probe",
    summary: "ask, before anything is trained, whether the expert's failures are worth mining",
    load: () => import("./commands/probe.ts"),
  },
  {
    name: "run",
    summary: "run an experiment; started again after a kill, it goes on where it stopped",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "report",
    summary: "say what came of a run: the answer first, then tables, intervals, costs and checks",
    load: () => import("./commands/report.ts"),
  },
  {
    name: "show",
    summary: "print one expert run: where the student won and lost, which actions did harm, what was learned and why",
    load: () => import("./commands/show.ts"),
  },
  {
    name: "view",
    summary: "look at runs in the browser: where the expert failed, what was kept and why, what changed",
    load: () => import("./commands/view.ts"),
  },
  {
    name: "compare",
    summary: "compare two runs on the tasks that both evaluated",
    load: () => import("./commands/compare.ts"),
  },
  {
    name: "dataset",
    summary: "choose a training set from what was imported or recorded, without training; export writes it out",
    load: () => import("./commands/dataset.ts"),
  },
  {
    name: "export",
    summary: "write what a run learned from as the files of another training tool, or check such files",
    load: () => import("./commands/export.ts"),
  },
  { name: "runs", summary: "list the runs of this project, or remove one", load: () => import("./commands/runs.ts") },
  {
    name: "gc",
    summary: "list the checkpoints and texts that no run refers to any more, or delete them",
    load: () => import("./commands/gc.ts"),
  },
  {
    name: "dump",
    summary: "print the whole store as JSON lines; equal runs print equal bytes",
    load: () => import("./commands/dump.ts"),
  },
  {
    name: "env",
    summary: "list the worlds, describe one, or offer it as JSON lines (docs/stdio-protocol.md)",
    load: () => import("./commands/env.ts"),
  },
  {
    name: "tasks",
    summary: "print the tasks of a split as hashes, and compare them with somebody else's",
    load: () => import("./commands/tasks.ts"),
  },
  {
    name: "serve",
    summary: "offer a world to other programs on this machine: OpenEnv's protocol, AgentGym's, or JSON lines",
    load: () => import("./commands/serve.ts"),
  },
  {
    name: "model",
    summary: "list the pretrained models that can be fetched, or fetch one",
    load: () => import("./commands/model.ts"),
  },
  {
    name: "doctor",
    summary: "say what this machine has, what is missing and how to get it",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "completion",
    summary: "print a completion script for bash, zsh or fish: commands, options, worlds and runs",
    load: () => import("./commands/completion.ts"),
  },
];
