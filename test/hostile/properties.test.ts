/** Properties of which `npm test` draws a part (`test/cases.ts`), here with all their cases. */
import { drawAllCases } from "../cases.ts";

drawAllCases();
await import("../../src/importers/chats/apis.test.ts");
await import("../../src/importers/chats/tags.test.ts");
await import("../../src/importers/readers/containers.test.ts");
await import("../../src/model/scheduler.test.ts");
await import("../../src/reports/rendering.test.ts");
