import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";

const sns = new SNSClient({});
let queue;
let table;

// Made when it is needed first, and kept.
function sqs() {
  if (!queue) {
    queue = new SQSClient({});
  }
  return queue;
}

export const handler = async (event) => {
  table ??= new DynamoDBClient({});
  // Another client for every tenant.
  const own = new S3Client({ credentials: event.credentials });
  await sns.send(new PublishCommand({ Message: "x" }));
  await sqs().send(new SendMessageCommand({ QueueUrl: event.url, MessageBody: "x" }));
  await table.send(new GetItemCommand({ TableName: "t", Key: {} }));
  return own.config.region();
};
