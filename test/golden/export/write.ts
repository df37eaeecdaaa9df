/** Writes the golden exports anew: `node test/golden/export/write.ts`. Read every change before committing it. */
import { GOLDEN_CASES, writeCase } from "./cases.ts";

for (const golden of GOLDEN_CASES) writeCase(golden, import.meta.dirname);
