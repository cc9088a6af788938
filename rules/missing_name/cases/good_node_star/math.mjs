export * from "./stats.mjs";
