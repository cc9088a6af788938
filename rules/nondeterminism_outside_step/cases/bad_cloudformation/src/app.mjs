import { withDurableExecution } from "@aws/durable-execution-sdk-js";

export const handler = withDurableExecution(async (event, context) => {
  const at = Date.now(); // ~ nondeterminism-outside-step
  return context.step("save", async () => at);
});
