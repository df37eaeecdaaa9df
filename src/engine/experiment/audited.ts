/** What a config requires of its world holds: the audit that is kept with the run says so. Whoever notes the run makes it. */
import { auditOf, WAY_NAMES } from "../../core/audit.ts";
import { CliError, EnvironmentError } from "../../core/errors.ts";
import type { ExperimentConfig } from "./config.ts";
import type { Parts } from "./parts.ts";

/** Throws CliError where the run keeps no audit, EnvironmentError where its audit found a fault. */
export function expectAudited({ run, restore }: ExperimentConfig, { repository }: Pick<Parts, "repository">): void {
  if (restore === undefined) return;
  const audit = auditOf(repository.run(run)?.config ?? null);
  if (!audit) {
    throw new CliError(
      `restore: expected an audit of the world in the stored config of run "${run}", found none; \`gleaner run\` makes it`,
    );
  }
  if (restore === "none" || audit.restore === restore) return;
  const found = audit.faults.map(({ kind, task, step }) => `${kind} (${task}, after ${step} actions)`).join("; ");
  throw new EnvironmentError(
    `restore: expected a world that is put back exactly by ${WAY_NAMES[restore]}; its audit found ${found || audit.restore}`,
  );
}
