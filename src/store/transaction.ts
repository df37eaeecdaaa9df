/** Several statements as one: all of them hold, or none. */
import type { DatabaseSync } from "node:sqlite";

/** Runs `work` as one transaction, or as a part of the one under way. Another process's lock is waited for before it begins. */
export function transaction(database: DatabaseSync, work: () => void): void {
  if (database.isTransaction) {
    work();
    return;
  }
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
