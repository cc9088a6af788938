import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { count } from "./store.mjs";

export const handler = async (event) => {
  const s3 = new S3Client({ region: process.env.AWS_REGION }); // ~ client-in-handler
  const found = await s3.send(new GetObjectCommand({ Bucket: "b", Key: event.key }));
  return count(found);
};
