const { hostname } = new URL('postgres://user:pass@db.internal:5432/app');
if (hostname !== 'localhost') throw new Error(`no database at ${hostname}`);

exports.handler = async () => 1;
