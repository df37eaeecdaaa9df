/** The views: which address shows which. A `:name` in a pattern stands for one segment. One line each. */
import type { Component } from "svelte";
import type { Route } from "./address.ts";
import type { ViewProps } from "./view.ts";
import Diff from "./views/Diff.svelte";
import Expert from "./views/Expert.svelte";
import Flips from "./views/Flips.svelte";
import Overview from "./views/Overview.svelte";
import ProjectView from "./views/Project.svelte";
import Row from "./views/Row.svelte";
import Search from "./views/Search.svelte";
import Task from "./views/Task.svelte";
import Tasks from "./views/Tasks.svelte";
import Transcript from "./views/Transcript.svelte";
import Trunk from "./views/Trunk.svelte";

export interface ViewLine {
  readonly pattern: string;
  /** For the window's title and the way to it. */
  readonly title: string;
  readonly view: Component<ViewProps>;
}

export const VIEWS: readonly ViewLine[] = [
  { pattern: "", title: "Runs", view: ProjectView },
  { pattern: "runs/:run", title: "Overview", view: Overview },
  { pattern: "runs/:run/expert", title: "Where the expert fails", view: Expert },
  { pattern: "runs/:run/tasks", title: "Tasks", view: Tasks },
  { pattern: "runs/:run/tasks/:task", title: "Task", view: Task },
  { pattern: "runs/:run/trunk/:id", title: "Trunk and branches", view: Trunk },
  { pattern: "runs/:run/transcripts/:id", title: "Transcript", view: Transcript },
  { pattern: "runs/:run/rows/:position", title: "Training row", view: Row },
  { pattern: "runs/:run/search", title: "Search", view: Search },
  { pattern: "diff/:ids", title: "Side by side", view: Diff },
  { pattern: "flips", title: "Compare", view: Flips },
  { pattern: "flips/:a/:roundA/:b/:roundB", title: "Compare", view: Flips },
];

/** The view of an address, with what its pattern's names stand for; null where there is none. */
export function viewOf({ segments }: Route): { readonly line: ViewLine; readonly parts: readonly string[] } | null {
  for (const line of VIEWS) {
    const pattern = line.pattern.split("/").filter(Boolean);
    if (pattern.length !== segments.length) continue;
    if (!pattern.every((part, index) => part.startsWith(":") || part === segments[index])) continue;
    return { line, parts: segments.filter((_, index) => pattern[index]!.startsWith(":")) };
  }
  return null;
}
