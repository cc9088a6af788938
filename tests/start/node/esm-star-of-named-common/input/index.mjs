export * from "./h.cjs";
