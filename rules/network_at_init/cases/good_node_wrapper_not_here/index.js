const middy = require("@middy/core");
const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3");

const client = new S3Client({});

// What the wrapper does with the function is not known here: it gives back a handler.
exports.handler = middy(async (event) => client.send(new GetObjectCommand(event)));
