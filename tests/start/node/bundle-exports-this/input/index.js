(function (root) {
  root.handler = async () => 1;
})(this);
