/** The methods that need nothing but recorded episodes. */
export const DATASET_METHODS = ["bc", "sft-all", "nat", "one-solution", "best-of", "pairs"] as const;

/** One of them. */
export type DatasetMethod = (typeof DATASET_METHODS)[number];
