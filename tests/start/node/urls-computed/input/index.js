const u = new URL('../x?q=1#h', 'https://user@a.example:8080/c/d/e');
u.searchParams.append('z', '1 2');
u.pathname = '/y';
if (u.href !== 'https://user@a.example:8080/y?q=1&z=1+2#h' || u.host !== 'a.example:8080' || u.searchParams.get('z') !== '1 2') throw new Error(u.href);
const p = new URLSearchParams({ b: 1, a: 'x y' });
p.sort();
if (p.toString() !== 'a=x+y&b=1' || [...p].length !== 2 || new URL('http://a').pathname !== '/') throw new Error(p.toString());

exports.handler = async () => 1;
