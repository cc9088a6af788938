var load = (run, module) => () => (module || run((module = { exports: {} }).exports, module), module.exports);
var require_index = load((exports) => {
  exports.handler = async () => 1;
});
export default require_index();
