exports.handler = async () => new (require("aws-sdk").S3)();
