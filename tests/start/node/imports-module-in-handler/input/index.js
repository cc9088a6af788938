exports.handler = async () => (await import("shapes")).area(2);
