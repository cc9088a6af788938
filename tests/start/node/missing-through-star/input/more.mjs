export * from "not-here";
