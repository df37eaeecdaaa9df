/** Statements that take from a store what later versions added, for tests that make it an older one. */
export const BACK_TO_5 = `
  DROP TABLE round_heads;
  DROP TABLE round_members;
  DROP INDEX trajectories_by_task;
  DROP TABLE example_sources;
  PRAGMA user_version = 5;
`;

export const BACK_TO_3 = `${BACK_TO_5} DROP TABLE summaries; PRAGMA user_version = 3;`;

/** Its training sets are lost. */
export const BACK_TO_2 = `
  ${BACK_TO_3}
  DROP TABLE training_set_heads;
  DROP TABLE training_set_examples;
  CREATE TABLE training_sets (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL);
  PRAGMA user_version = 2;
`;
