// Up to nodejs22.x the runtime requires the folder.
exports.handler = async () => 1;
