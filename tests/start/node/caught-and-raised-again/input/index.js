try { JSON.parse('nope'); } catch (e) { if (e instanceof SyntaxError) throw new Error('settings are no JSON', { cause: e }); }

exports.handler = async () => 1;
