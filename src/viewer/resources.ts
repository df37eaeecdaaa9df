/**
 * From a resource's path to what it holds. The server answers with it, an export writes it to a file, so both say the same.
 * Each line is one shape of `api/`; the functions are in `data/`.
 */
import { CliError, messageOf } from "../core/errors.ts";

import { decisionOf } from "./data/decision.ts";
import { diffOf } from "./data/diff.ts";
import { expertMapOf } from "./data/expert.ts";
import { flipsOf } from "./data/flips.ts";
import { leakageIn } from "./data/leakage.ts";
import { overviewOf } from "./data/overview.ts";
import { projectOf } from "./data/project.ts";
import { rowOf, targetOf } from "./data/row.ts";
import { searchOf } from "./data/search.ts";
import { taskPageOf } from "./data/task-page.ts";
import { tasksOf } from "./data/tasks.ts";
import { transcriptOf } from "./data/transcript.ts";
import { trunkOf } from "./data/trunk.ts";
import { instructionText, stepText } from "./data/whole-texts.ts";
import type { View } from "./view.ts";

/** What is between the slashes, decoded, and what is behind the question mark. */
export interface Request {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** What a path asks for, as `at` in the page and links of `api/` write it. Throws CliError where its parts are not encoded. */
export function requestOf(path: string): Request {
  const [segments = "", ...query] = path.split("?");
  try {
    return { segments: segments.split("/").map(decodeURIComponent), query: new URLSearchParams(query.join("?")) };
  } catch (error) {
    throw new CliError(`${path}: expected an address whose parts are encoded (${messageOf(error)})`);
  }
}

/** null, or a promise of it: there is no such thing. Throws CliError for a request that makes no sense. */
type Resource = (view: View, ...parts: string[]) => unknown;

/** A pattern's `:name` stands for one segment. */
const RESOURCES: Readonly<Record<string, Resource>> = {
  project: projectOf,
  "runs/:run/overview": overviewOf,
  "runs/:run/leakage": leakageIn,
  "runs/:run/tasks": tasksOf,
  "runs/:run/tasks/:task": taskPageOf,
  "runs/:run/rounds/:round/expert": expertMapOf,
  "runs/:run/rounds/:round/trunk/:id": trunkOf,
  "runs/:run/rounds/:round/trajectories/:id": transcriptOf,
  "runs/:run/rounds/:round/decisions/:id/:step": decisionOf,
  "runs/:run/rounds/:round/rows/:position": rowOf,
  "runs/:run/rounds/:round/rows/:position/targets/:target": targetOf,
  "runs/:run/search": searchOf,
  "diff/:list": diffOf,
  "flips/:runA/:roundA/:runB/:roundB": flipsOf,
  "texts/:task/task/instruction": instructionText,
  "texts/:id/:step/:part": stepText,
};

/** What `request` asks for; null where there is no such thing. */
export function resourceOf(view: View, { segments, query }: Request): unknown {
  for (const [pattern, resource] of Object.entries(RESOURCES)) {
    const parts = matched(pattern.split("/"), segments);
    if (parts) return resource(view, ...parts, ...query.values());
  }
  return null;
}

function matched(pattern: readonly string[], segments: readonly string[]): string[] | null {
  if (pattern.length !== segments.length) return null;
  const fits = pattern.every((part, index) => part.startsWith(":") || part === segments[index]);
  return fits ? segments.filter((_, index) => pattern[index]!.startsWith(":")) : null;
}
