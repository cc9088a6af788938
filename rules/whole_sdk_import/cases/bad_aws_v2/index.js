const AWS = require("aws-sdk");  // ~ whole-sdk-import

const s3 = new AWS.S3();
exports.handler = async () => s3;
