import { writeFile } from "node:fs/promises";

export const handler = async (event, context) => {
  await writeFile(`/tmp/${context.awsRequestId}.csv`, event.text);
  return {};
};
