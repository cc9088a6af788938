import { S3Client, GetObjectCommand } from "@aws-sdk/client-s3";

const client = new S3Client({});

export const handler = async (event) => client.send(new GetObjectCommand(event));
