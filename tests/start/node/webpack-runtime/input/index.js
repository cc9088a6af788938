(() => { var __webpack_modules__ = { 1: (module) => { module.exports = { v: 8 }; }, 2: (module, exports, __webpack_require__) => { const a = __webpack_require__(1); if (a.v !== 8) throw new Error('x'); } };
var __webpack_module_cache__ = {};
function __webpack_require__(moduleId) { var cachedModule = __webpack_module_cache__[moduleId]; if (cachedModule !== undefined) { return cachedModule.exports; } var module = __webpack_module_cache__[moduleId] = { exports: {} }; __webpack_modules__[moduleId](module, module.exports, __webpack_require__); return module.exports; }
__webpack_require__(2); })();

exports.handler = async () => 1;
