/******/ (() => {
/******/ 	var __webpack_modules__ = ({
/***/ "./src/lib.js":
/***/ ((module, __unused_webpack_exports, __webpack_require__) => {
eval("{const ms = __webpack_require__(/*! ms */ \"./node_modules/ms/index.js\");\nmodule.exports = { handler: async () => ms(1) };\n\n//# sourceURL=webpack://app/./src/lib.js?\n}");
/***/ }),
/***/ "./node_modules/ms/index.js":
/***/ ((module) => {
eval("{var s = 1000;\nmodule.exports = function (n) { return n * s; };\n\n//# sourceURL=webpack://app/./node_modules/ms/index.js?\n}");
/***/ })
/******/ 	});
/******/ 	var __webpack_module_cache__ = {};
/******/ 	function __webpack_require__(moduleId) {
/******/ 		var cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) return cachedModule.exports;
/******/ 		var module = __webpack_module_cache__[moduleId] = { exports: {} };
/******/ 		__webpack_modules__[moduleId](module, module.exports, __webpack_require__);
/******/ 		return module.exports;
/******/ 	}
/******/ 	var __webpack_exports__ = __webpack_require__("./src/lib.js");
/******/ 	module.exports = __webpack_exports__;
/******/ })();
