/** What every view is given. Its address is in `views.ts`. */
import type { Project } from "../api/project.ts";
import type { Query } from "./address.ts";

export interface ViewProps {
  readonly project: Project;
  /** What the `:name`s of the view's pattern stand for, in order, decoded. */
  readonly parts: readonly string[];
  readonly query: Query;
}
