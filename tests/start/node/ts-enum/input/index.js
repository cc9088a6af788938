var Color; (function (Color) { Color[Color["Red"] = 0] = "Red"; Color["Blue"] = "b"; })(Color || (Color = {}));
if (Color[0] !== 'Red' || Color.Blue !== 'b') throw new Error('x');

exports.handler = async () => 1;
