/** The guides of docs/guides/ that need nothing but Node, one also Python, walked from a fresh folder. test/real/ walks the one with TRL. */
import { test } from "node:test";
import { guideFile, walkGuide } from "../guides.ts";
import { temporaryFolder } from "../temporary.ts";

for (const name of ["mine-failures", "own-world", "python-world", "tool-agent"]) {
  const programs = { python3: "python3" };
  test(`docs/guides/${name}.md`, () => walkGuide({ guide: guideFile(name), folder: temporaryFolder(), programs }));
}
