const S3 = require("aws-sdk/clients/s3");

const s3 = new S3();
exports.handler = async () => s3;
