class A {
  static {
    function make() { return 1; }
    var make;
    A.made = typeof make;
  }
  static {
    switch (1) { case 2: let y; case 1: var x = 1; var x = 2; }
  }
}
exports.handler = async () => A.made;
