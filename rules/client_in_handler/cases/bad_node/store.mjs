import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";

export async function count(found) {
  const client = new DynamoDBClient({}); // ~ client-in-handler
  return client.send(new PutItemCommand({ TableName: "t", Item: { size: { N: String(found.ContentLength) } } }));
}
