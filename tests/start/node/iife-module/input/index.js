const M = (function () { var priv = 1; return { get: function () { return priv; } }; })();
if (M.get() !== 1) throw new Error('x');

exports.handler = async () => 1;
