import { withDurableExecution } from "@aws/durable-execution-sdk-js";

export const handler = withDurableExecution(async (event, context) => {
  const at = await context.step("now", async () => Date.now());
  return at;
});
