/** The shop's products and what a seed makes of them. Start reading at load.ts and stock.ts. */
export { type FileRole, type ProductSet, SETS } from "./files.ts";
export { type DataFindings, type FileFinding, inspectData, type SetCounts, type SetFinding } from "./inspect.ts";
export { type Ledger, type LedgerCatalogue, ledgerOf } from "./ledger.ts";
export { type CatalogueOptions, defaultCache, type LoadedCatalogue, loadCatalogue } from "./load.ts";
export { catalogueOf } from "./memory.ts";
export { SPLITS, type Split, splitOf, splitRange } from "./splits.ts";
export { randomGoalIndex, randomSession, type SeededStock, type StockOptions, stockOf } from "./stock.ts";
