function given() {
  if (arguments instanceof Array || arguments.map || `${arguments}` !== "[object Arguments]") throw new Error("array");
  if ([].concat(arguments).length !== 1 || [[arguments]].flat(3).length !== 1) throw new Error("taken out");
  if (Object.prototype.toString.call(arguments) !== "[object Arguments]") throw new Error("array");
  return Array.prototype.slice.call(arguments).map((value) => value + 1).concat([...arguments]);
}
if (given(1, 2).length !== 4) throw new Error("not walked");
exports.handler = async () => 1;
