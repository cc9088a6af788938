// import() works from CommonJS too.
exports.handler = async () => (await import("shapes")).area();
