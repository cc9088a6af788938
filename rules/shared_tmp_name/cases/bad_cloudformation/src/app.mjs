import { writeFile } from "node:fs/promises";

export const handler = async (event) => {
  await writeFile("/tmp/report.csv", event.text); // ~ shared-tmp-name
  return {};
};
