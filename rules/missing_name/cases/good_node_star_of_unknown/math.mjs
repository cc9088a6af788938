export * from "stats-x";
