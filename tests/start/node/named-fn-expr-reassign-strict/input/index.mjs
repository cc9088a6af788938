const g = function f() { f = 1; };
g();

export const handler = async () => 1;
